package server

import (
	"strconv"
	"strings"
)

// negotiate returns the first of the offered content codings, best first, that
// an Accept-Encoding header allows; the empty string is the plain body.
func negotiate(header string, offered ...string) string {
	weights := make(map[string]float64)
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		weights[strings.ToLower(strings.TrimSpace(name))] = weight(parameters)
	}
	best, chosen := 0.0, ""
	for _, coding := range offered {
		w, named := weights[coding]
		if !named {
			w = weights["*"]
		}
		if w > best {
			best, chosen = w, coding
		}
	}
	return chosen
}

// weight reads the q of one coding, 1 if it has none, 0 if it cannot be read.
func weight(parameters string) float64 {
	value, ok := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}

// matches reports whether an If-None-Match header names the content digest, in
// whatever content coding it was sent.
func matches(header, digest string) bool {
	for part := range strings.SplitSeq(header, ",") {
		tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(part), "W/"), `"`)
		tag, _, _ = strings.Cut(tag, "+")
		if tag == "*" || tag == digest {
			return true
		}
	}
	return false
}

// entityTag names one content in one coding, since a strong tag stands for bytes.
func entityTag(digest, coding string) string {
	if coding == "" {
		return `"` + digest + `"`
	}
	return `"` + digest + "+" + coding + `"`
}
