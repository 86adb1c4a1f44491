package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/server"
	"quanxi/staff"
)

// demoPassword lets everybody into the invented city, where only the machine itself
// reaches it.
const demoPassword = "quanxi-demo"

// A player is somebody of the invented city whom one may be.
type player struct {
	server.DemoAccount
	role  string
	level grid.Level // of the post
	sort  staff.Sort
}

// cast lists whom one may be, in the groups and the order of the sign-in page.
func cast() []player {
	return []player{
		{server.DemoAccount{Login: "operator", Name: "值班员", Group: "centre", Page: "/"}, "operator", grid.TownLevel, staff.Person},
		{server.DemoAccount{Login: "leader", Name: "带班领导", Group: "centre", Page: "/"}, "leader", grid.TownLevel, staff.Person},
		{server.DemoAccount{Login: "community", Name: "社区", Group: "centre", Page: "/"}, "secretary", grid.CommunityLevel, staff.Person},
		{server.DemoAccount{Login: "county", Name: "区县", Group: "centre", Page: "/"}, "operator", grid.CountyLevel, staff.Person},
		{server.DemoAccount{Login: "city", Name: "市", Group: "centre", Page: "/"}, "operator", grid.CityLevel, staff.Person},
		{server.DemoAccount{Login: "department", Name: "部门", Group: "centre", Page: "/"}, "department", grid.CountyLevel, staff.Partner},
		{server.DemoAccount{Login: "worker", Name: "网格员", Group: "field", Page: "/m/"}, "grid-worker", grid.GridLevel, staff.Person},
		{server.DemoAccount{Login: "grid-head", Name: "网格长", Group: "field", Page: "/m/"}, "grid-lead", grid.GridLevel, staff.Person},
		{server.DemoAccount{Login: "provider", Name: "便民维修队", Group: "field", Page: "/m/"}, "provider", grid.TownLevel, staff.Partner},
		{server.DemoAccount{Login: "doctor", Name: "家庭医生", Group: "field", Page: "/m/"}, "doctor", grid.CommunityLevel, staff.Partner},
		{server.DemoAccount{Login: "resident", Name: "居民", Group: "field", Page: "/m/"}, "resident", grid.GridLevel, staff.Resident},
		{server.DemoAccount{Login: "planner", Name: "划分员", Group: "rule", Page: "/"}, "planner", grid.TownLevel, staff.Person},
		{server.DemoAccount{Login: "admin", Name: "管理员", Group: "rule", Page: "/admin"}, "system-admin", grid.CityLevel, staff.Person},
		{server.DemoAccount{Login: "security", Name: "安全员", Group: "rule", Page: "/admin"}, "security-admin", grid.CityLevel, staff.Person},
		{server.DemoAccount{Login: "audit", Name: "审计员", Group: "rule", Page: "/admin"}, "audit-admin", grid.CityLevel, staff.Person},
	}
}

// accounts returns whom one may be, as the sign-in page shows it.
func accounts() []server.DemoAccount {
	var all []server.DemoAccount
	for _, one := range cast() {
		all = append(all, one.DemoAccount)
	}
	return all
}

// simulator is the login of the program that lives in the invented city.
const simulator = "simulation"

// stageCast sees that the accounts of the demo are there, all with one password, and
// returns it with a token for the simulation. Only who is on the machine knows the password
// beforehand.
func stageCast(ctx context.Context, s grid.Store, r *access.Registry, onlyHere bool) (password, token string, err error) {
	where, err := findStage(ctx, s)
	if err != nil {
		return "", "", err
	}
	password = demoPassword
	if !onlyHere {
		password = strings.ToLower(rand.Text())
	}
	var logins []string
	for _, one := range cast() {
		if err := ensure(ctx, r, one.Login, one.Name, one.sort, &staff.Post{Role: one.role, Area: where.at[one.level]}); err != nil {
			return "", "", err
		}
		logins = append(logins, one.Login)
	}
	if err := r.ShareCredential(ctx, password, logins...); err != nil {
		return "", "", err
	}
	posts := make([]*staff.Post, len(where.communities))
	for i, code := range where.communities {
		posts[i] = &staff.Post{Role: "community-staff", Area: code}
	}
	if err := ensure(ctx, r, simulator, "模拟程序", staff.Machine, posts...); err != nil {
		return "", "", err
	}
	token, err = r.Token(ctx, simulator, time.Now(), 366*24*time.Hour)
	return password, token, err
}

// ensure adds an account that is not there yet.
func ensure(ctx context.Context, r *access.Registry, login, name string, sort staff.Sort, posts ...*staff.Post) error {
	found, err := r.Known(ctx, login)
	if err != nil || found {
		return err
	}
	return r.AddUnchecked(ctx, &staff.Account{Login: login, Name: name, Sort: sort}, "", posts...)
}

// A stageSet is where the posts of the cast are.
type stageSet struct {
	at          map[grid.Level]grid.Code // the first of each level, each under the one before
	communities []grid.Code              // of all towns
}

// findStage finds the first town, its first community and grid, and all communities.
func findStage(ctx context.Context, s grid.Store) (stageSet, error) {
	where := stageSet{at: map[grid.Level]grid.Code{}}
	parents := map[grid.Code]grid.Code{}
	for e, err := range s.Entities(ctx, grid.Divisions, grid.Query{}) {
		if err != nil {
			return where, err
		}
		d := e.(*grid.Division)
		parents[d.Code] = d.Parent
		if d.Level == grid.CommunityLevel {
			where.communities = append(where.communities, d.Code)
		}
	}
	for code := range parents {
		if first, known := where.at[grid.GridLevel]; code.Level() == grid.GridLevel && (!known || code < first) {
			where.at[grid.GridLevel] = code
		}
	}
	for code := where.at[grid.GridLevel]; code != ""; code = parents[code] {
		where.at[code.Level()] = code
	}
	if where.at[grid.TownLevel] == "" {
		return where, errors.New("there is no town with a grid in this store: the demo needs one; begin with an empty --data")
	}
	if where.at[grid.CityLevel] == "" {
		where.at[grid.CityLevel] = where.at[grid.TownLevel][:2] + "00"
	}
	return where, nil
}
