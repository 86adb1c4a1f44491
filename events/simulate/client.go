package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"quanxi/geo"
)

// errStale reports that somebody else changed or removed the thing meanwhile.
var errStale = errors.New("changed by somebody else")

// pages bounds how much of a list is read: a town's worth.
const pages = 20

type client struct {
	web   *http.Client
	base  string
	token string
}

type worker struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Area string `json:"area"`
}

type home struct {
	ID       int64  `json:"id"`
	Revision int64  `json:"revision"`
	State    string `json:"state"`
}

type resident struct {
	ID        int64  `json:"id"`
	Revision  int64  `json:"revision"`
	Residence string `json:"residence"`
}

type event struct {
	ID       int64  `json:"id"`
	Revision int64  `json:"revision"`
	State    string `json:"state"`
}

type road struct {
	Class    string        `json:"class"`
	Geometry geo.MultiLine `json:"geometry"`
}

type division struct {
	Label geo.Point `json:"label"`
}

func (c *client) roads(ctx context.Context) ([]road, error) {
	return list[road](ctx, c, "/api/roads?limit=1000")
}

func (c *client) workers(ctx context.Context) ([]worker, error) {
	return list[worker](ctx, c, "/api/workers?limit=1000&filter=role:grid-worker")
}

func (c *client) homes(ctx context.Context) ([]home, error) {
	return list[home](ctx, c, "/api/dwellings?limit=1000")
}

func (c *client) residents(ctx context.Context, home int64) ([]resident, error) {
	return list[resident](ctx, c, fmt.Sprintf("/api/people?limit=1000&geometry=false&filter=dwelling:%d", home))
}

func (c *client) events(ctx context.Context) ([]event, error) {
	return list[event](ctx, c, "/api/events?limit=1000")
}

func (c *client) label(ctx context.Context, code string) (geo.Point, error) {
	var d division
	err := c.do(ctx, http.MethodGet, "/api/divisions/"+url.PathEscape(code), 0, nil, &d)
	return d.Label, err
}

// list reads the pages of a list.
func list[T any](ctx context.Context, c *client, path string) ([]T, error) {
	var all []T
	for cursor, n := "", 0; n < pages; n++ {
		var page struct {
			Items []T     `json:"items"`
			Next  *string `json:"next"`
		}
		if err := c.do(ctx, http.MethodGet, path+cursor, 0, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == nil {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(*page.Next)
	}
	return all, nil
}

// do sends one request. A revision goes along as If-Match; the reply is decoded
// into out unless that is nil. The error wraps errStale where reading again helps.
func (c *client) do(ctx context.Context, method, path string, revision int64, body, out any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if revision > 0 {
		req.Header.Set("If-Match", fmt.Sprintf(`"%d"`, revision))
	}
	reply, err := c.web.Do(req)
	if err != nil {
		return err // names method and address already
	}
	defer reply.Body.Close()
	return decode(reply, out)
}

func decode(reply *http.Response, out any) error {
	where := reply.Request.Method + " " + reply.Request.URL.Path
	switch {
	case reply.StatusCode == http.StatusConflict || reply.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: %w", where, errStale)
	case reply.StatusCode >= http.StatusBadRequest:
		text, _ := io.ReadAll(io.LimitReader(reply.Body, 500))
		return fmt.Errorf("%s: %s: %s", where, reply.Status, text)
	case out == nil || reply.StatusCode == http.StatusNoContent:
		// Read to the end, so that the connection serves again.
		_, err := io.Copy(io.Discard, reply.Body)
		return err
	}
	if err := json.NewDecoder(reply.Body).Decode(out); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	return nil
}
