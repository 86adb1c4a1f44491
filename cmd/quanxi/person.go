package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

// personCommand groups what a person may ask for (个人信息保护法 44–47). Numbers come from
// the input, never from the command line or the environment, which others can read.
type personCommand struct {
	Find    personFindCommand    `cmd:"" help:"Find people by exactly one number, read from the first line of the input."`
	File    personFileCommand    `cmd:"" help:"Show all that is held on somebody, masked."`
	Export  personExportCommand  `cmd:"" help:"Write all that is held on somebody, in the open, as the person asked for it."`
	Correct personCorrectCommand `cmd:"" help:"Correct a record: a JSON object of the fields to change is read from the input."`
	Erase   personEraseCommand   `cmd:"" help:"Erase somebody everywhere, also from history; a restore repeats it by the journal in DIR/keys."`
}

// whichPerson says whom a command is about: by the number of the record, or by one that
// is read from the input.
type whichPerson struct {
	storeFlags
	ID       int64 `arg:"" optional:"" help:"Number of the record."`
	IDNumber bool  `name:"id-number" help:"Read the ID number from the first line of the input." xor:"by"`
	Phone    bool  `help:"Read the phone from the first line of the input." xor:"by"`
}

// input is the rest of the standard input after the number.
type input struct{ lines *bufio.Reader }

const maxInput = 1 << 20

func newInput() input { return input{bufio.NewReader(io.LimitReader(os.Stdin, maxInput))} }

func (in input) line() (string, error) {
	line, err := in.lines.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("input: %w", err)
	}
	if line = strings.TrimSpace(line); line == "" {
		return "", errors.New("write the number on the first line of the input")
	}
	return line, nil
}

// A clerk does at the machine itself what a person asks for.
type clerk struct {
	views   *access.Views
	account string
}

// atDesk opens the store for what a person asks for. The World stays empty: whoever is at
// the machine sees everything, wherever it lies.
func (w whichPerson) atDesk(ctx context.Context, do func(clerk) error) error {
	s, err := w.openExisting(ctx)
	if err != nil {
		return err
	}
	master, err := w.unlock(ctx, s)
	if err == nil {
		err = w.forget(ctx, s)
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	c := clerk{account: atMachine(), views: access.NewViews(access.Sources{
		Store: s, Vault: access.NewVault(master), Master: master, Clock: time.Now, World: world.New(world.Options{Now: time.Now}),
		Journal: access.NewJournal(w.journalFile()),
	})}
	return errors.Join(do(c), s.Close())
}

// atMachine is whoever works at the machine, as the audit calls them.
func atMachine() string {
	if who, err := user.Current(); err == nil {
		return operator + " (" + who.Username + ")"
	}
	return operator
}

// view returns the View of the clerk, who is shown some people in the open.
func (c clerk) view(open ...int64) *access.View {
	var unmasked []access.Unmasked
	for _, id := range open {
		unmasked = append(unmasked, access.Unmasked{Ref: grid.Ref{Kind: grid.People, ID: id}})
	}
	return c.views.For(access.NewViewer(c.account, role.Everything(), unmasked...), "")
}

// find returns the records of a number on the first line of the input.
func (w whichPerson) find(ctx context.Context, c clerk, in input) ([]access.Record, error) {
	if !w.IDNumber && !w.Phone {
		return nil, errors.New("say what is on the first line of the input: --id-number or --phone")
	}
	text, err := in.line()
	if err != nil {
		return nil, err
	}
	by := access.Number{IDNumber: text}
	if w.Phone {
		by = access.Number{Phone: text}
	}
	return c.view().Find(ctx, by, staff.ForCorrection)
}

// one returns the one record that a command is about.
func (w whichPerson) one(ctx context.Context, c clerk, in input) (access.Record, error) {
	if w.ID != 0 {
		if w.IDNumber || w.Phone {
			return access.Record{}, errors.New("give the number of the record, or --id-number, or --phone, and only one of them")
		}
		return c.view().Entity(ctx, grid.People, w.ID)
	}
	found, err := w.find(ctx, c, in)
	switch {
	case err != nil:
		return access.Record{}, err
	case len(found) == 0:
		return access.Record{}, errNobody
	case len(found) > 1:
		var ids []string
		for _, r := range found {
			ids = append(ids, fmt.Sprint(r.ID))
		}
		return access.Record{}, fmt.Errorf("there are several records, name one of them: %s", strings.Join(ids, " "))
	}
	return found[0], nil
}

var errNobody = errors.New("nobody has that number")

// withOne opens the store and finds the record.
func (w whichPerson) withOne(ctx context.Context, do func(clerk, access.Record, input) error) error {
	return w.atDesk(ctx, func(c clerk) error {
		in := newInput()
		rec, err := w.one(ctx, c, in)
		if err != nil {
			return err
		}
		return do(c, rec, in)
	})
}

func writeJSON(to io.Writer, v any) error {
	lines := json.NewEncoder(to)
	lines.SetIndent("", "  ")
	lines.SetEscapeHTML(false)
	return lines.Encode(v)
}

type personFindCommand struct{ whichPerson }

// Run writes the records, masked, a line of JSON each.
func (w *personFindCommand) Run(in *invocation) error {
	return w.atDesk(in.ctx, func(c clerk) error {
		found, err := w.find(in.ctx, c, newInput())
		if err == nil && len(found) == 0 {
			_, err = fmt.Fprintln(in.stderr, errNobody)
		}
		for _, r := range found {
			if err == nil {
				_, err = fmt.Fprintf(in.stdout, "%s\n", r.JSON)
			}
		}
		return err
	})
}

type personFileCommand struct{ whichPerson }

// Run writes the file.
func (w *personFileCommand) Run(in *invocation) error {
	return w.withOne(in.ctx, func(c clerk, rec access.Record, _ input) error {
		f, err := c.view().File(in.ctx, grid.People, rec.ID)
		if err != nil {
			return err
		}
		return writeJSON(in.stdout, f)
	})
}

type personExportCommand struct {
	whichPerson
	Purpose string `help:"request, transfer or authority." enum:"request,transfer,authority" default:"request"`
}

// Run writes the file in the open.
func (w *personExportCommand) Run(in *invocation) error {
	return w.withOne(in.ctx, func(c clerk, rec access.Record, _ input) error {
		f, err := c.view().FileCopy(in.ctx, grid.People, rec.ID, w.Purpose)
		if err != nil {
			return err
		}
		return writeJSON(in.stdout, f)
	})
}

type personCorrectCommand struct{ whichPerson }

// Run changes the record.
func (w *personCorrectCommand) Run(in *invocation) error {
	return w.withOne(in.ctx, func(c clerk, rec access.Record, rest input) error {
		patch, err := io.ReadAll(rest.lines)
		if err != nil {
			return fmt.Errorf("input: %w", err)
		}
		done, err := c.view(rec.ID).Edit(in.ctx, grid.Ref{Kind: grid.People, ID: rec.ID, Revision: rec.Revision}, patch, access.Origin{})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.stdout, "record %d is corrected, now at revision %d\n", done.ID, done.Revision)
		return err
	})
}

type personEraseCommand struct {
	whichPerson
	Reason string `help:"request, moved, deceased, needless or mistaken." enum:"request,moved,deceased,needless,mistaken" default:"request"`
}

// Run erases, and says what the law keeps.
func (w *personEraseCommand) Run(in *invocation) error {
	return w.withOne(in.ctx, func(c clerk, rec access.Record, _ input) error {
		done, err := c.view().Erase(in.ctx, grid.Ref{Kind: grid.People, ID: rec.ID, Revision: rec.Revision}, w.Reason, access.Origin{})
		if err == nil {
			err = w.forgetImage()
		}
		if err != nil {
			return err
		}
		return writeJSON(in.stdout, done)
	})
}
