package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

const (
	doorPassword = "violet harbour 88 teapots"
	// atTheDoor is how many sign in at once: more than may wait for their hash.
	atTheDoor = 400
)

// benchDoor measures the feed twice on one server: while it is quiet, and while thousands
// sign in, each to an account of their own and from an address of their own.
func (c *benchCommand) benchDoor(ctx context.Context, tell func(figure)) error {
	listen := listenFlags{TrustedProxies: []string{"127.0.0.1"}, Rates: map[string]int{"feed": 0}} // all screens are one account's
	token := ""
	prepare := func(serve *serveCommand) (d door, err error) {
		token, err = serve.people(ctx, c.SignIns)
		return d, err
	}
	return onServer(ctx, listen, prepare, func(at string, commits *commits) error {
		quiet := crowd{name: "door_quiet", screens: c.Screens, places: 1, changes: 100, token: token}
		if err := quiet.measure(ctx, at, commits, tell); err != nil {
			return err
		}
		rush := crowd{name: "door_rush", screens: c.Screens, places: 1, changes: 100, token: token}
		return c.rush(ctx, at, tell, func() error { return rush.measure(ctx, at, commits, tell) })
	})
}

// people fills an empty store with a city, n accounts of one password, and a program that
// sees and reports events everywhere, whose token it returns.
func (c *serveCommand) people(ctx context.Context, n int) (token string, err error) {
	s, err := c.storeFlags.open(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	master, err := c.unlock(ctx, s)
	if err != nil {
		return "", err
	}
	r, err := newRegistry(s, master, operator)
	if err != nil {
		return "", err
	}
	city := grid.Write{Actor: operator, Action: "bench", Put: []grid.Entity{&grid.Division{Code: "5000", Name: "重庆市", Level: grid.CityLevel}}}
	if _, err := s.Write(ctx, city); err != nil {
		return "", err
	}
	if err := crowdOf(ctx, s, r, n); err != nil {
		return "", err
	}
	bridge := &staff.Account{Login: "bridge", Name: "接口", Sort: staff.Machine}
	if err := r.Add(ctx, bridge, "", &staff.Post{Role: "integration", Area: "5000"}); err != nil {
		return "", err
	}
	return r.Token(ctx, "bridge", time.Now(), time.Hour)
}

// crowdOf adds accounts of one password, of which each costs a hash of its own to enter.
func crowdOf(ctx context.Context, s store, r *access.Registry, n int) error {
	const batch = 500
	for from := 0; from < n; from += batch {
		w := grid.Write{Actor: operator, Action: "bench"}
		var logins []string
		for i := from; i < min(n, from+batch); i++ {
			a := &staff.Account{Login: doorLogin(i), Name: "值班员", Sort: staff.Person}
			a.External = staff.LoginID(a.Login)
			w.Put = append(w.Put, a)
			logins = append(logins, a.Login)
		}
		if _, err := s.Write(ctx, w); err != nil {
			return err
		}
		if err := r.ShareCredential(ctx, doorPassword, logins...); err != nil {
			return err
		}
	}
	return nil
}

func doorLogin(i int) string { return "person" + strconv.Itoa(i) }

// rush has accounts sign in, one after the other through many doors, while f runs.
func (c *benchCommand) rush(ctx context.Context, at string, tell func(figure), f func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next, in, later, failed atomic.Int64
	var crowd sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atTheDoor}}
	for range atTheDoor {
		crowd.Go(func() {
			for i := next.Add(1) - 1; i < int64(c.SignIns); i = next.Add(1) - 1 {
				for status := 0; status != http.StatusOK && ctx.Err() == nil; {
					status = enter(ctx, client, at, int(i))
					switch {
					case status == http.StatusOK:
						in.Add(1)
					case status == http.StatusServiceUnavailable:
						later.Add(1)
						pause(ctx, 2*time.Second) // as Retry-After says
					case ctx.Err() == nil:
						failed.Add(1)
						return
					}
				}
			}
		})
	}
	began := time.Now()
	err := f()
	took := time.Since(began)
	cancel()
	crowd.Wait()
	client.CloseIdleConnections()
	if failed.Load() > 0 {
		err = errors.Join(err, fmt.Errorf("%d sign-ins failed", failed.Load()))
	}
	on := fmt.Sprintf("%d accounts in turn, %d at once, while the feed was measured", c.SignIns, atTheDoor)
	tell(figure{"door_signed_in", float64(in.Load()), "sign-ins", on})
	tell(figure{"door_rate", float64(in.Load()) / took.Seconds(), "sign-ins/s", on})
	tell(figure{"door_later", float64(later.Load()), "", on + ", asked to come back"})
	return err
}

// enter signs account i in from an address of its own, and returns the status.
func enter(ctx context.Context, client *http.Client, at string, i int) int {
	body, err := json.Marshal(map[string]string{"name": doorLogin(i), "password": doorPassword})
	if err != nil {
		return 0
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/api/session", strings.NewReader(string(body)))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body) // only to use the connection again
	return res.StatusCode
}
