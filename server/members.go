package server

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// memberRoutes manage who may sign in.
func (s *Server) memberRoutes() {
	register(s, operation{"list-accounts", http.MethodGet, "/api/accounts", "List the accounts that you have to do with", "accounts"}, s.listMembers)
	register(s, operation{"read-account", http.MethodGet, "/api/accounts/{id}", "Read an account with its posts", "accounts"}, s.readMember)
	register(s, operation{"create-account", http.MethodPost, "/api/accounts", "Add an account with a post, and make its set-up link, unless it is a machine's", "accounts"}, s.addMember)
	register(s, operation{"edit-account", http.MethodPatch, "/api/accounts/{id}", "Lock an account, or unlock it", "accounts"}, s.lockMember)
	register(s, operation{"invite-account", http.MethodPost, "/api/accounts/{id}/link", "Make a new set-up link, which keeps the second factor", "accounts"}, s.inviteMember)
	register(s, operation{"end-sessions", http.MethodDelete, "/api/accounts/{id}/sessions", "End all sign-ins of an account", "accounts"}, s.endSessions)
	register(s, operation{"issue-token", http.MethodPost, "/api/accounts/{id}/token", "Issue a token for a machine", "accounts"}, s.issueToken)
	register(s, operation{"withdraw-token", http.MethodDelete, "/api/accounts/{id}/tokens/{token}", "Withdraw a token", "accounts"}, s.withdrawToken)
}

// office returns the Office of whoever asks.
func (s *Server) office(ctx context.Context) *access.Office { return s.officeOf(ctx, ViewerFrom(ctx)) }

func (s *Server) officeOf(ctx context.Context, viewer *access.Viewer) *access.Office {
	return s.Desk.Office(viewer, fromOf(ctx))
}

// setupPage is the address of the page to which set-up links lead, as the one who asks
// reaches this server.
func setupPage(ctx context.Context) string { return siteOf(ctx) + entry }

type memberBody struct {
	ID        int64          `json:"id"`
	Revision  int64          `json:"revision"`
	Login     string         `json:"login"`
	Name      string         `json:"name"`
	Sort      staff.Sort     `json:"sort" enum:"staff,partner,resident,machine"`
	State     string         `json:"state" enum:"open,locked,invited" doc:"invited: no password was chosen yet"`
	HasSecond bool           `json:"has_second" doc:"has a second factor"`
	Sessions  int            `json:"sessions" doc:"how many sign-ins last"`
	Kept      bool           `json:"kept,omitempty" doc:"an administrator's: locked, let in anew and signed out at the machine alone"`
	Posts     []heldPostBody `json:"posts"`
	// For whoever issues or ends tokens.
	Tokens []tokenBody `json:"tokens,omitempty" doc:"that last, for whoever has a say in them"`
	Rights []string    `json:"rights,omitempty" doc:"what a token of the account may give at most"`
}

type heldPostBody struct {
	ID       int64         `json:"id"`
	Revision int64         `json:"revision"`
	Role     string        `json:"role"`
	Area     string        `json:"area"`
	Missing  bool          `json:"missing,omitempty" doc:"there is no division of that code any more: the post gives nothing"`
	Board    string        `json:"board,omitempty"`
	Awaits   bool          `json:"awaits,omitempty" doc:"shows nobody, and gives no administrator's right, until a second person confirms it: who gave it also made the link by which the account was set up, or it is a machine's"`
	Confirms bool          `json:"confirms,omitempty" doc:"you may confirm it now, by /api/posts/{id}/confirm"`
	Kept     bool          `json:"kept,omitempty" doc:"an administrator's: taken away at the machine alone, and nobody stands in"`
	Begins   *time.Time    `json:"begins"`
	Ends     *time.Time    `json:"ends"`
	StandIns []standInBody `json:"standins"`
}

type standInBody struct {
	ID       int64     `json:"id"`
	Revision int64     `json:"revision"`
	Deputy   int64     `json:"deputy" doc:"account"`
	Begins   time.Time `json:"begins"`
	Ends     time.Time `json:"ends"`
}

func memberOf(m access.Member) memberBody {
	b := memberBody{
		ID: m.Account.ID, Revision: m.Account.Revision, Login: m.Account.Login, Name: m.Account.Name, Sort: m.Account.Sort,
		State: "open", HasSecond: m.Account.HasSecond, Sessions: m.Sessions, Kept: m.Administers, Posts: []heldPostBody{},
	}
	switch {
	case m.Account.Locked:
		b.State = "locked"
	case len(m.Account.Credential) == 0:
		b.State = "invited"
	}
	for _, t := range m.Tokens {
		b.Tokens = append(b.Tokens, tokenOf(t))
	}
	if m.Rights != 0 {
		b.Rights = m.Rights.Names()
	}
	for _, h := range m.Posts {
		p := heldPostBody{ID: h.Post.ID, Revision: h.Post.Revision, Role: h.Post.Role, Area: string(h.Post.Area), Missing: h.Missing, Board: h.Post.Board,
			Awaits: h.Awaits, Confirms: h.Confirms, Kept: h.Administers, Begins: momentOf(h.Post.Begins), Ends: momentOf(h.Post.Ends), StandIns: []standInBody{}}
		for _, in := range h.StandIns {
			p.StandIns = append(p.StandIns, standInBody{ID: in.ID, Revision: in.Revision, Deputy: in.Deputy, Begins: in.Begins, Ends: in.Ends})
		}
		b.Posts = append(b.Posts, p)
	}
	return b
}

// momentOf is a moment as JSON has it: null for none.
func momentOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type membersInput struct {
	Seen
	Text   string `query:"q" maxLength:"64" doc:"part of a login or a name"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type membersOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []memberBody `json:"items"`
		Next  *string      `json:"next"`
	}
}

func (s *Server) listMembers(ctx context.Context, in *membersInput) (*membersOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	after, err := afterOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	members, err := s.office(ctx).Members(in.Text, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &membersOutput{CacheControl: private}
	out.Body.Items = []memberBody{}
	for _, m := range members {
		out.Body.Items = append(out.Body.Items, memberOf(m))
	}
	if len(members) == in.Limit {
		next := base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, members[len(members)-1].Account.ID, 10))
		out.Body.Next = &next
	}
	return out, nil
}

// afterOf reads a cursor of the office, whose ids are no secret from whoever gets it.
func afterOf(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, access.ErrCursor
	}
	after, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0, access.ErrCursor
	}
	return after, nil
}

type memberOutput struct {
	CacheControl string `header:"Cache-Control"`
	Token        string `header:"Quanxi-Token"`
	Body         memberBody
}

func (s *Server) readMember(ctx context.Context, in *readInput) (*memberOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	m, err := s.office(ctx).Member(in.ID)
	if err != nil {
		return nil, err
	}
	return &memberOutput{CacheControl: private, Body: memberOf(m)}, nil
}

// A PostCommand is a post to be given.
type PostCommand struct {
	Role   string    `json:"role" minLength:"1" maxLength:"40"`
	Area   string    `json:"area" minLength:"4" maxLength:"17" doc:"code of a division"`
	Board  string    `json:"board,omitempty" maxLength:"40"`
	Begins time.Time `json:"begins,omitzero"`
	Ends   time.Time `json:"ends,omitzero"`
}

func (c PostCommand) post(account int64) *staff.Post {
	return &staff.Post{Account: account, Role: c.Role, Area: grid.Code(c.Area), Board: c.Board, Begins: c.Begins, Ends: c.Ends}
}

type addMemberInput struct {
	Body struct {
		Login string      `json:"login" minLength:"1" maxLength:"64"`
		Name  string      `json:"name" minLength:"1" maxLength:"64"`
		Sort  staff.Sort  `json:"sort,omitempty" enum:"staff,partner,resident,machine" default:"staff"`
		Post  PostCommand `json:"post"`
	}
}

type linkOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		ID   int64  `json:"id"`
		Link string `json:"link,omitempty" doc:"shown this once: opens for a day, and once; none for a machine, which signs in by a token"`
	}
}

func (s *Server) addMember(ctx context.Context, in *addMemberInput) (*linkOutput, error) {
	a := &staff.Account{Login: in.Body.Login, Name: in.Body.Name, Sort: in.Body.Sort}
	link, receipt, err := s.office(ctx).AddMember(ctx, a, in.Body.Post.post(0), setupPage(ctx))
	if err != nil {
		return nil, err
	}
	return s.linked(ctx, a.ID, link, receipt), nil
}

// linked answers with the link of an account, which opens by then.
func (s *Server) linked(ctx context.Context, account int64, link string, receipt grid.Receipt) *linkOutput {
	s.applied(ctx, receipt)
	out := &linkOutput{CacheControl: private}
	out.Body.ID, out.Body.Link = account, link
	return out
}

type lockInput struct {
	ID    int64  `path:"id" minimum:"1"`
	Match string `header:"If-Match"`
	Body  struct {
		Locked bool `json:"locked"`
	}
}

func (s *Server) lockMember(ctx context.Context, in *lockInput) (*memberOutput, error) {
	ref, err := entities{s, staff.Accounts}.ref(in.ID, in.Match)
	if err != nil {
		return nil, err
	}
	receipt, err := s.office(ctx).Lock(ctx, ref.ID, ref.Revision, in.Body.Locked)
	if err != nil {
		return nil, err
	}
	token, _ := s.applied(ctx, receipt)
	m, err := s.office(ctx).Member(in.ID)
	if err != nil {
		return nil, err
	}
	return &memberOutput{CacheControl: private, Token: token, Body: memberOf(m)}, nil
}

type oneInput struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) inviteMember(ctx context.Context, in *oneInput) (*linkOutput, error) {
	link, receipt, err := s.office(ctx).Invite(ctx, in.ID, setupPage(ctx))
	if err != nil {
		return nil, err
	}
	return s.linked(ctx, in.ID, link, receipt), nil
}

func (s *Server) endSessions(ctx context.Context, in *oneInput) (*removeOutput, error) {
	return s.removed(ctx)(s.office(ctx).EndSessions(ctx, in.ID))
}

// removed answers a removal, or what stood in its way.
func (s *Server) removed(ctx context.Context) func(grid.Receipt, error) (*removeOutput, error) {
	return func(receipt grid.Receipt, err error) (*removeOutput, error) {
		if err != nil {
			return nil, err
		}
		out := new(removeOutput)
		out.Token, out.Body.Applied = s.applied(ctx, receipt)
		return out, nil
	}
}
