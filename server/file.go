package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// fileRoutes are a person's rights: to know what is held, to have a copy of it, and to be
// erased. To be corrected is an edit.
func (s *Server) fileRoutes() {
	register(s, operation{"find-people", http.MethodPost, "/api/people/find", "Find people by exactly one number", "people"}, s.findPeople)
	for _, kind := range []grid.Kind{grid.People, grid.Workers} {
		e, one := entities{s, kind}, "/api/"+string(kind)+"/{id}"
		register(s, operation{"file-" + string(kind), http.MethodGet, one + "/file", "All that is held on one of " + string(kind), string(kind)}, e.file)
		register(s, operation{"copy-" + string(kind), http.MethodPost, one + "/file", "The copy of the file, in the open, that somebody asked for", string(kind)}, e.fileCopy)
		register(s, operation{"erase-" + string(kind), http.MethodPost, one + "/erase", "Erase one of " + string(kind) + " everywhere, also from the history", string(kind)}, e.erase)
	}
}

type findInput struct {
	Body struct {
		IDNumber string       `json:"id_number,omitempty" maxLength:"32"`
		Phone    string       `json:"phone,omitempty" maxLength:"32"`
		Reason   staff.Reason `json:"reason" maxLength:"40" doc:"event, visit, care, emergency, correction or registration"`
	}
}

type findOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []json.RawMessage `json:"items"`
	}
}

func (s *Server) findPeople(ctx context.Context, in *findInput) (*findOutput, error) {
	found, err := s.view(ctx).Find(ctx, access.Number{IDNumber: in.Body.IDNumber, Phone: in.Body.Phone}, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	out := &findOutput{CacheControl: private}
	out.Body.Items = newListBody(found, "").Items
	return out, nil
}

type fileOutput struct {
	CacheControl string `header:"Cache-Control"`
	Disposition  string `header:"Content-Disposition"`
	Body         access.File
}

func (e entities) file(ctx context.Context, in *readInput) (*fileOutput, error) {
	if err := e.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	f, err := e.view(ctx).File(ctx, e.kind, in.ID)
	if err != nil {
		return nil, err
	}
	return &fileOutput{CacheControl: private, Body: f}, nil
}

type copyInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Purpose string `json:"purpose" maxLength:"40" doc:"request: the person asked for it; transfer: to be taken elsewhere; authority: the law asks for it"`
	}
}

func (e entities) fileCopy(ctx context.Context, in *copyInput) (*fileOutput, error) {
	f, err := e.view(ctx).FileCopy(ctx, e.kind, in.ID, in.Body.Purpose)
	if err != nil {
		return nil, err
	}
	return &fileOutput{CacheControl: private, Disposition: fmt.Sprintf(`attachment; filename="%s-%d.json"`, e.kind, in.ID), Body: f}, nil
}

type eraseInput struct {
	ID    int64  `path:"id" minimum:"1"`
	Match string `header:"If-Match" doc:"the revision that is to go"`
	Key   string `header:"Idempotency-Key" maxLength:"200"`
	Body  struct {
		Reason string `json:"reason" maxLength:"40" doc:"request, moved, deceased, needless or mistaken"`
	}
}

type eraseOutput struct {
	Token string `header:"Quanxi-Token"`
	Body  struct {
		access.Erased
		Applied bool `json:"applied"`
		Remains bool `json:"remains" doc:"somebody is reading the store: what was destroyed is overwritten on disk a little later"`
	}
}

func (e entities) erase(ctx context.Context, in *eraseInput) (*eraseOutput, error) {
	ref, err := e.ref(in.ID, in.Match)
	if err != nil {
		return nil, err
	}
	done, err := e.view(ctx).Erase(ctx, ref, in.Body.Reason, access.Origin{Once: in.Key})
	if err != nil {
		return nil, err
	}
	out := new(eraseOutput)
	out.Body.Erased, out.Body.Remains = done, done.Receipt.Remains
	out.Token, out.Body.Applied = e.applied(ctx, done.Receipt)
	return out, nil
}
