package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/feed"
	"quanxi/grid"
)

// Of errors that wrap each other the closer one is answered, by words that are safe to send.
func TestWhatAnErrorIsAnsweredWith(t *testing.T) {
	about := func(field, why string) []ProblemField { return []ProblemField{{field, why}} }
	in := func(err error) error { return fmt.Errorf("/var/lib/quanxi: %w", err) }
	for _, tt := range []struct {
		name   string
		err    error
		status int
		detail string
		fields []ProblemField
	}{
		{"what nobody does for himself is not only forbidden", fmt.Errorf("%w: %w", access.ErrForbidden, access.ErrSelf), 403, access.ErrSelf.Error(), nil},
		{"what takes a second person neither", fmt.Errorf("%w: %w", access.ErrForbidden, access.ErrSecondPerson), 403, access.ErrSecondPerson.Error(), nil},
		{"what is forbidden", in(access.ErrForbidden), 403, access.ErrForbidden.Error(), nil},
		{"a token of another history", feed.ErrEpoch, 400, feed.ErrEpoch.Error(), nil},
		{"what is not there", in(grid.ErrNotFound), 404, "there is no such thing, or it is not yours to see", nil},
		{"what somebody else changed", in(grid.ErrConflict), 409, "somebody else has changed it since; read it again", nil},
		{"a field that may not be", &grid.FieldError{Kind: grid.Buildings, Field: "height_cm", Why: "is too much"}, 422, "buildings: height_cm: is too much", about("body.height_cm", "is too much")},
		{"a desk that is busy", in(signin.ErrBusy), 503, signin.ErrBusy.Error(), nil},
		{"nobody", errNotSignedIn, 401, errNotSignedIn.Error(), nil},
		{"a code that is wanting", in(access.ErrSecond), 401, access.ErrSecond.Error(), about("body.code", "is needed")},
		{"a wrong password", in(access.ErrSignIn), 401, access.ErrSignIn.Error(), nil},
		{"a second factor in the place of one", in(access.ErrHasSecond), 409, access.ErrHasSecond.Error(), about("body.code", "is needed")},
		{"who has to set one up", in(access.ErrNeedsSecond), 403, access.ErrNeedsSecond.Error(), nil},
		{"a token for less", in(access.ErrNarrow), 403, access.ErrNarrow.Error(), nil},
		{"a wrong code", signin.ErrCode, 422, signin.ErrCode.Error(), about("body.code", signin.ErrCode.Error())},
		{"a code of nothing that was offered", signin.ErrNothingOffered, 422, signin.ErrNothingOffered.Error(), about("body.code", signin.ErrNothingOffered.Error())},
		{"a password that is too short", fmt.Errorf("%w: too short", signin.ErrUnfit), 422, signin.ErrUnfit.Error() + ": too short", about("body.password", signin.ErrUnfit.Error()+": too short")},
		{"who signs in elsewhere", in(access.ErrElsewhere), 409, access.ErrElsewhere.Error(), nil},
		{"a program", in(access.ErrProgram), 409, access.ErrProgram.Error(), nil},
		{"two offices of one person", fmt.Errorf("%w: two", role.ErrOffices), 403, role.ErrOffices.Error() + ": two", nil},
		{"a set-up link that was used", in(access.ErrSetup), 410, access.ErrSetup.Error(), nil},
		{"who asks too often", in(new(access.WaitError)), 429, new(access.WaitError).Error(), nil},
		{"what took too long", context.DeadlineExceeded, 503, "the answer took too long: ask for less, or try again", nil},
		{"anything else is internal", errors.New("SELECT name FROM people"), 500, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := problem(tt.err)
			if p.Status != tt.status || p.Title != http.StatusText(tt.status) || p.Detail != tt.detail || fmt.Sprint(p.Errors) != fmt.Sprint(tt.fields) {
				t.Errorf("%+v", p)
			}
		})
	}
}
