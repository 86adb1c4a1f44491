package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
)

// issued is what issuing a token answers.
type issued struct{ Token string }

func TestATokenForLess(t *testing.T) {
	const ours grid.Code = "500106003001001"
	r := newRig(t)
	built := r.build(t)
	a := r.hire(t, "bridge", "integration", "500106")
	a.Sort = staff.Machine
	r.write(t, a)
	admin := holding("7", "system-admin", "500106", under)
	account := fmt.Sprintf("/api/accounts/%d", a.ID)
	for _, tt := range []struct {
		name, body string
		status     int
		says       string // of the refusal, or of who shows the token
		here, over int    // a report here and beside; 0 for no token
	}{
		{"all", `}`, 200, `"rights":["see-events","report-events"]`, 201, 201},
		{"reading", `,"rights":["see-events"]}`, 200, `"rights":["see-events"]`, 403, 403},
		{"a grid", `,"areas":["` + string(ours) + `"]}`, 200, `"areas":["` + string(ours) + `"]`, 201, 404},
		{"nothing, as of a list that came out empty", `,"rights":[]}`, 422, `body.rights`, 0, 0},
		{"nowhere", `,"areas":[]}`, 422, `body.areas`, 0, 0},
		{"more than the account may do", `,"rights":["see-people"]}`, 422, `"location":"body.rights","message":"\"see-people\" is no right`, 0, 0},
		{"a county beside", `,"areas":["500107"]}`, 422, `"location":"body.areas","message":"\"500107\" is no division`, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.viewer = admin
			reply := r.do(t, call{line: "POST " + account + "/token", body: `{"days":30` + tt.body})
			if reply.Code != tt.status {
				t.Fatalf("%d %s", reply.Code, reply.Body)
			}
			if tt.status != http.StatusOK {
				if !strings.Contains(reply.Body.String(), tt.says) {
					t.Errorf("%s, want %s", reply.Body, tt.says)
				}
				return
			}
			var in issued
			if err := json.Unmarshal(reply.Body.Bytes(), &in); err != nil {
				t.Fatal(err)
			}
			if err := r.Wait(t.Context(), "token"); err != nil {
				t.Fatal(err)
			}
			r.viewer = nil
			bearer := map[string]string{"Authorization": "Bearer " + in.Token}
			if who := r.do(t, call{line: "/api/session", header: bearer}).Body.String(); !strings.Contains(who, tt.says) {
				t.Errorf("who it is: %s", who)
			}
			for _, side := range []struct {
				lon   float64
				event int64
				want  int
				sees  bool
			}{{106.1, built.ours[events.Events], tt.here, true}, {106.6, built.theirs[events.Events], tt.over, tt.over != 404}} {
				report := fmt.Sprintf(`{"category":"water","title":"漏水","lon":%v,"lat":29.5005}`, side.lon)
				if got := r.do(t, call{line: "POST /api/events", body: report, header: bearer}); got.Code != side.want {
					t.Errorf("a report at %v: %d %s, want %d", side.lon, got.Code, got.Body, side.want)
				}
				if got := r.do(t, call{line: fmt.Sprintf("/api/events/%d", side.event), header: bearer}); (got.Code == 200) != side.sees || !side.sees && got.Code != 404 {
					t.Errorf("an event at %v: %d %s", side.lon, got.Code, got.Body)
				}
			}
		})
	}
	r.viewer = admin
	var member struct {
		Tokens []struct {
			ID            int64
			Rights, Areas []string
		}
		Rights []string
	}
	r.read(t, account, &member)
	if len(member.Tokens) != 3 || len(member.Rights) != 2 {
		t.Fatalf("listed: %+v", member)
	}
	for _, token := range member.Tokens {
		if reply := r.do(t, call{line: fmt.Sprintf("DELETE %s/tokens/%d", account, token.ID)}); reply.Code != http.StatusOK {
			t.Errorf("withdrawn: %d %s", reply.Code, reply.Body)
		}
	}
	r.read(t, account, &member)
	if reply := r.do(t, call{line: account}); strings.Contains(reply.Body.String(), `"tokens"`) {
		t.Errorf("after it: %s", reply.Body)
	}
}

// Days, rights and areas are of a token: a browser's session has all that its account may do.
func TestASessionOfABrowserIsNotNarrowed(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	for _, more := range []string{`"rights":["see-people"]`, `"areas":["500106003001001"]`, `"days":1`} {
		body := `{"name":"worker","password":"` + password + `",` + more
		if reply := r.signIn(t, body+`}`); reply.Code != 422 || !strings.Contains(reply.Body.String(), "body.program") {
			t.Errorf("%s: %d %s", more, reply.Code, reply.Body)
		}
	}
}
