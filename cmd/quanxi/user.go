package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// userCommand groups what is done with accounts at the machine itself.
type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Add an account with a post; its password is read from the first line of the input. A machine has none: it signs in by a token."`
	List     userListCommand     `cmd:"" help:"List accounts and their posts."`
	Password userPasswordCommand `cmd:"" help:"Give an account another password, read from the first line of the input; its second factor stays unless it is dropped."`
	Lock     userLockCommand     `cmd:"" help:"Have an account sign in no more; its open screens end."`
	Unlock   userUnlockCommand   `cmd:"" help:"Let an account sign in again."`
	Appoint  userAppointCommand  `cmd:"" help:"Give an account one more post."`
	Dismiss  userDismissCommand  `cmd:"" help:"Take a post away."`
}

// postFlags say what a post is.
type postFlags struct {
	Role  string    `required:"" help:"Such as grid-worker, operator or secretary."`
	Area  string    `required:"" help:"Code of the division; of a new store that of the city, such as 5000." placeholder:"CODE"`
	Board string    `help:"Of the events that it is about; default: all."`
	From  time.Time `help:"When it begins, as 2026-03-01T09:00:00+08:00; default: now." format:"2006-01-02T15:04:05Z07:00"`
	Until time.Time `help:"When it ends; default: never." format:"2006-01-02T15:04:05Z07:00"`
}

func (f postFlags) post(account int64) *staff.Post {
	return &staff.Post{Account: account, Role: f.Role, Area: grid.Code(f.Area), Board: f.Board, Begins: f.From, Ends: f.Until}
}

// checkArea refuses a post in an area that there is not: whoever mistypes one would not hear of
// it before that code comes to be. A city may be stored without itself, and a new store is: its
// first administrator is of the city.
func (f postFlags) checkArea(ctx context.Context, s grid.Store) error {
	area := grid.Code(f.Area)
	if !area.Valid() {
		return fmt.Errorf("--area %.40s: not the code of a division", f.Area)
	}
	for _, err := range s.Entities(ctx, grid.Divisions, grid.Query{Column: "code", Values: []string{f.Area}}) {
		return err
	}
	if area.Level() != grid.CityLevel {
		return fmt.Errorf("--area %s: no division of that code is stored", f.Area)
	}
	for e, err := range s.Entities(ctx, grid.Divisions, grid.Query{Limit: 1}) {
		if err != nil {
			return err
		}
		if stored := e.(*grid.Division).Code; !strings.HasPrefix(string(stored), f.Area[:2]) {
			return fmt.Errorf("--area %s: not the city that is stored, which holds %s", f.Area, stored)
		}
	}
	return nil
}

// withRegistry opens the store that the flags name for what is done with accounts.
func (f storeFlags) withRegistry(ctx context.Context, do func(*access.Registry) error) error {
	s, err := f.openExisting(ctx)
	if err != nil {
		return err
	}
	master, err := f.unlock(ctx, s)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	registry, err := newRegistry(s, master, operator)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	return errors.Join(do(registry), s.Close())
}

func newRegistry(s grid.Store, master access.MasterKey, actor string) (*access.Registry, error) {
	hasher, err := newHasher()
	if err != nil {
		return nil, err
	}
	return access.NewRegistry(access.RegistrySources{Store: s, Hasher: hasher, Sealer: master.Credentials(), Vault: access.NewVault(master), Actor: actor}), nil
}

// newHasher hashes on half of the cores at most: the map goes on beside a rush.
func newHasher() (*signin.Hasher, error) {
	return signin.NewHasher(signin.DefaultParams(), max(1, runtime.NumCPU()/2), hashesWaiting)
}

// hashesWaiting is how many sign-ins wait for others; the next is asked to come back.
const hashesWaiting = 200

// readPassword takes the first line of the input.
func readPassword(from io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(from, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("write the password on the first line of the input")
	}
	return line, nil
}

// refusePassword refuses a password on the first line of the input, where none is taken. Nobody
// at a terminal is asked for any.
func refusePassword(from *os.File) error {
	if about, err := from.Stat(); err == nil && about.Mode()&os.ModeCharDevice != 0 {
		return nil
	}
	if line, _ := readPassword(from); line != "" { // input that cannot be read holds none
		return access.ErrProgram
	}
	return nil
}

type userAddCommand struct {
	storeFlags
	postFlags
	Login string `arg:"" help:"What it signs in as."`
	Name  string `required:"" help:"How others see it, such as 值班员."`
	Sort  string `help:"staff, partner, resident or machine." enum:"staff,partner,resident,machine" default:"staff"`
}

// Run adds the account.
func (c *userAddCommand) Run(in *invocation) error {
	password, err := c.password(os.Stdin)
	if err != nil {
		return err
	}
	return c.withRegistry(in.ctx, func(r *access.Registry) error {
		if err := c.checkArea(in.ctx, r.Store); err != nil {
			return err
		}
		a := &staff.Account{Login: c.Login, Name: c.Name, Sort: staff.Sort(c.Sort)}
		if err := r.Add(in.ctx, a, password, c.post(0)); err != nil {
			return err
		}
		how := map[bool]string{false: "", true: " by a token, which a system administrator issues on /admin"}
		_, err := fmt.Fprintf(in.stdout, "%s may sign in as %s in %s%s\n", c.Login, c.Role, c.Area, how[a.Sort == staff.Machine])
		return err
	})
}

// password takes the password of whoever has one.
func (c *userAddCommand) password(from *os.File) (string, error) {
	if staff.Sort(c.Sort) == staff.Machine {
		return "", refusePassword(from)
	}
	return readPassword(from)
}

type userListCommand struct{ storeFlags }

// Run lists a line for each post, and one for an account without any.
func (c *userListCommand) Run(in *invocation) error {
	return c.withRegistry(in.ctx, func(r *access.Registry) error {
		posts := make(map[int64][]*staff.Post)
		for e, err := range r.Store.Entities(in.ctx, staff.Posts, grid.Query{}) {
			if err != nil {
				return err
			}
			p := e.(*staff.Post)
			posts[p.Account] = append(posts[p.Account], p)
		}
		table := tabwriter.NewWriter(in.stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "LOGIN\tNAME\tSORT\tSTATE\tPOST\tROLE\tAREA\tUNTIL")
		for e, err := range r.Store.Entities(in.ctx, staff.Accounts, grid.Query{}) {
			if err != nil {
				return err
			}
			tellAccount(table, e.(*staff.Account), posts[e.Entity().ID])
		}
		return table.Flush()
	})
}

// tellAccount writes to a table, which reports its errors when it is flushed.
func tellAccount(table io.Writer, a *staff.Account, posts []*staff.Post) {
	state := "open"
	switch {
	case a.Locked:
		state = "locked"
	case a.Sort == staff.Machine:
		state = "by token"
	case len(a.Credential) == 0:
		state = "no password"
	}
	if len(posts) == 0 {
		posts = []*staff.Post{{}}
	}
	for _, p := range posts {
		id, until := "-", "-"
		if p.ID != 0 {
			id = fmt.Sprint(p.ID)
		}
		if !p.Ends.IsZero() {
			until = p.Ends.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Login, a.Name, a.Sort, state, id, p.Role, p.Area, until)
	}
}

type userPasswordCommand struct {
	storeFlags
	Login      string `arg:"" help:"Whose."`
	DropSecond bool   `help:"Drop the second factor too, for who has lost it and its recovery codes: another is set up at the next sign-in. No set-up link does this."`
}

// Run sets the password.
func (c *userPasswordCommand) Run(in *invocation) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	return c.withRegistry(in.ctx, func(r *access.Registry) error {
		a, err := r.Find(in.ctx, c.Login)
		if err != nil {
			return err
		}
		if c.DropSecond {
			return r.ResetPassword(in.ctx, a, password)
		}
		return r.SetPassword(in.ctx, a, password)
	})
}

type userLockCommand struct {
	storeFlags
	Login string `arg:"" help:"Whose."`
}

// Run locks the account.
func (c *userLockCommand) Run(in *invocation) error { return c.lock(in, c.Login, true) }

type userUnlockCommand struct {
	storeFlags
	Login string `arg:"" help:"Whose."`
}

// Run unlocks the account.
func (c *userUnlockCommand) Run(in *invocation) error { return c.lock(in, c.Login, false) }

func (f storeFlags) lock(in *invocation, login string, locked bool) error {
	return f.withRegistry(in.ctx, func(r *access.Registry) error {
		a, err := r.Find(in.ctx, login)
		if err != nil {
			return err
		}
		return r.Lock(in.ctx, a, locked)
	})
}

type userAppointCommand struct {
	storeFlags
	postFlags
	Login string `arg:"" help:"Whom."`
}

// Run adds the post.
func (c *userAppointCommand) Run(in *invocation) error {
	return c.withRegistry(in.ctx, func(r *access.Registry) error {
		if err := c.checkArea(in.ctx, r.Store); err != nil {
			return err
		}
		a, err := r.Find(in.ctx, c.Login)
		if err != nil {
			return err
		}
		return r.Appoint(in.ctx, c.post(a.ID))
	})
}

type userDismissCommand struct {
	storeFlags
	Post int64 `arg:"" help:"Its number, as quanxi user list tells it."`
}

// Run removes the post.
func (c *userDismissCommand) Run(in *invocation) error {
	return c.withRegistry(in.ctx, func(r *access.Registry) error {
		e, err := r.Store.Entity(in.ctx, staff.Posts, c.Post)
		if err != nil {
			return err
		}
		return r.Dismiss(in.ctx, e.(*staff.Post))
	})
}
