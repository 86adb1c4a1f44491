// Package access decides who may see and do what, and hands out Views that have
// the decision built in. The decisions are pure functions: no I/O.
//
// It knows nothing of SQL or HTTP.
package access

import (
	"crypto/sha256"
	"reflect"

	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/world"
)

// A Viewer is whoever is asking, and what they may do at that moment. It never
// changes and is safe for concurrent use. The zero Viewer sees nothing.
type Viewer struct {
	account  string
	signedIn bool
	beyond   bool // has posts in what this node does not hold
	narrow   bool // shows a token that gives less than the account has
	grant    role.Grant
	scopes   world.Scopes // where the grant allows to see each subject
	// unmaskings are the records that the viewer has given a reason to see in the open.
	unmaskings []Unmasked
}

// NewViewer returns the viewer of an account of signed-in staff. It keeps unmaskings.
func NewViewer(account string, grant role.Grant, unmaskings ...Unmasked) *Viewer {
	v := &Viewer{account: account, signedIn: true, grant: grant, unmaskings: unmaskings}
	for _, subject := range world.Subjects() {
		v.scopes[subject] = grant.ScopeOfAll(rightsOf(subject))
	}
	for p := events.Ordinary + 1; p < events.Privacies; p++ {
		subject := world.SubjectOf(p)
		gaps := grant.GapsOfAll(rightsOf(subject))
		v.scopes[subject] = grid.NewScope(append(gaps.Ranges(), v.scopes[subject].Ranges()...)...)
	}
	return v
}

// localAccount is the account of the local viewer, who is nobody in particular.
const localAccount = "local"

// Local returns the one viewer of a server that listens on loopback only and has
// no accounts yet: everything, in the whole city.
func Local() *Viewer { return NewViewer(localAccount, role.Everything()) }

// IsBeyond reports whether the viewer has posts in what this node does not hold: what is
// refused here may be allowed elsewhere.
func (v *Viewer) IsBeyond() bool { return v.beyond }

// sameAs reports whether another viewer is the same account with the same rights.
func (v *Viewer) sameAs(other *Viewer) bool { return reflect.DeepEqual(v, other) }

// Account returns the account.
func (v *Viewer) Account() string { return v.account }

// Standing names the account by what it may be told of: another one, of the same account too,
// may have been told of what this one may not know, or not of all that it may. It tells
// nothing and is of one length.
func (v *Viewer) Standing() string {
	sum := sha256.Sum256([]byte(v.grant.Standing()))
	return v.account + "\x00" + string(sum[:16])
}

// post returns the post by which the viewer does something in an area, as rows of the audit
// name it; empty for who needs none.
func (v *Viewer) post(right role.Right, area grid.Code) string {
	return postName(v.grant.Highest(right, area))
}

// postOf returns the highest post that gives the viewer a right, wherever; as of post.
func (v *Viewer) postOf(right role.Right) string { return postName(v.grant.HighestOf(right)) }

// HighestPost returns the highest post of the viewer, as of post.
func (v *Viewer) HighestPost() string { return postName(v.grant.HighestOfAll()) }

// postName is how rows of the audit name a post: role@area.
func postName(code string, over grid.Code, ok bool) string {
	if !ok || code == "" {
		return ""
	}
	return code + "@" + string(over)
}

// Ranges returns the codes of all areas in which the viewer may see anything that
// not everybody sees.
func (v *Viewer) Ranges() []grid.CodeRange {
	var all []grid.CodeRange
	for _, scope := range v.scopes {
		all = append(all, scope.Ranges()...)
	}
	return grid.NewScope(all...).Ranges()
}
