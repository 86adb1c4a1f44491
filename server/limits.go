package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// mostNesting is how deep JSON may go. A multipolygon in a body takes seven levels.
const mostNesting = 24

var errNested = errors.New("nested too deeply")

// jsonFormat is JSON as bodies are read and written. A body is looked through once before
// anything is made of it: what is only brackets would cost a hundred times its size.
func jsonFormat() huma.Format {
	return huma.Format{
		Marshal: huma.DefaultJSONFormat.Marshal,
		Unmarshal: func(data []byte, v any) error {
			if err := checkNesting(data); err != nil {
				return err
			}
			return json.Unmarshal(data, v)
		},
	}
}

// checkNesting refuses what is nested too deeply. Whether it is JSON is for others to say.
func checkNesting(data []byte) error {
	depth, inText := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '[' || c == '{':
			if depth++; depth > mostNesting {
				return fmt.Errorf("%w: at most %d levels", errNested, mostNesting)
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return nil
}

// refuseCoded refuses bodies that are packed: what a small one unpacks to has no bound.
func refuseCoded(r *http.Request) error {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return newProblem(http.StatusUnsupportedMediaType, "a body is sent as it is, without Content-Encoding")
	}
	return nil
}
