package access

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"quanxi/staff"
)

// deviceSpan is how long a browser is known after its last sign-in.
const deviceSpan = 365 * 24 * time.Hour

// mostAccounts is how many accounts a browser is known for; the duty desk's is used by all
// shifts.
const mostAccounts = 16

// A device is a browser that has signed in, and as which accounts, the last one first. It
// keeps this itself, sealed. It lets nobody in: it gives its accounts a counter of failures
// of their own, so that whoever guesses elsewhere keeps nobody out here.
type device struct {
	ID       string  `json:"id"`
	Accounts []int64 `json:"accounts"`
}

// device returns the device that a browser shows; a new one for anything else.
func (d *Desk) device(sealed string) device {
	var known device
	if value, err := d.Devices.Open(sealed, d.Clock()); err == nil && json.Unmarshal(value, &known) == nil {
		return known
	}
	return device{ID: rand.Text()}
}

// as names the device for an account, as of signin.Attempt; empty if it is not known for it.
func (v device) as(account *staff.Account) string {
	if account == nil || !slices.Contains(v.Accounts, account.ID) {
		return ""
	}
	return v.ID
}

// remember returns what the browser keeps after an account has signed in there.
func (d *Desk) remember(v device, account int64) (string, error) {
	others := slices.DeleteFunc(v.Accounts, func(id int64) bool { return id == account })
	v.Accounts = append([]int64{account}, others[:min(len(others), mostAccounts-1)]...)
	value, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("device: %w", err)
	}
	return d.Devices.Seal(value, d.Clock().Add(deviceSpan)), nil
}
