package access

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"quanxi/grid"
	"quanxi/staff"
)

// A namer says who the actors of audit rows are.
type namer struct {
	store grid.Store
	known map[string]Who
}

func (n namer) who(ctx context.Context, actor string) (Who, error) {
	if w, ok := n.known[actor]; ok {
		return w, nil
	}
	w, err := n.look(ctx, actor)
	n.known[actor] = w
	return w, err
}

// look finds an account by its number. Other actors, such as the command line, are called
// what the audit calls them.
func (n namer) look(ctx context.Context, actor string) (Who, error) {
	w := Who{Name: actor, Posts: []HeldPost{}}
	id, err := strconv.ParseInt(actor, 10, 64)
	if err != nil {
		return w, nil
	}
	account, err := n.store.Entity(ctx, staff.Accounts, id)
	if errors.Is(err, grid.ErrNotFound) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	w.Name = account.(*staff.Account).Name
	for e, err := range n.store.Entities(ctx, staff.Posts, grid.Query{Column: "account", Values: []string{actor}}) {
		if err != nil {
			return w, err
		}
		p := e.(*staff.Post)
		w.Posts = append(w.Posts, HeldPost{p.Role, p.Area})
	}
	return w, nil
}

// verbsInWords are what is done with a record, as a person reads it in the own file.
var verbsInWords = map[string]string{
	"create": "登记", "edit": "更正", "change": "更正", "remove": "删除", "read": "查看", "unmask": "查看未遮盖的信息",
	"find": "按号码查找", "view-file": "查看个人档案", "file": "导出个人档案", "erase": "彻底删除",
}

// togetherInWords are those among whom somebody is read, of whom it is known only where the
// record says now that it belongs.
var togetherInWords = map[grid.Kind]string{grid.Dwellings: "现住房屋的住户", grid.Households: "现属家庭户的成员"}

// inWords says as people do what a row of the audit about a record, or what it belongs to, tells:
// what was done, or tried only. An action that it does not know stays what it is.
func inWords(row grid.AuditRow, of grid.Kind) string {
	_, verb, _ := strings.Cut(row.Action, ".")
	words, known := verbsInWords[verb]
	if !known {
		return row.Action
	}
	if row.Result != grid.ResultOK {
		words = "试图" + words
	}
	return words + togetherInWords[of]
}
