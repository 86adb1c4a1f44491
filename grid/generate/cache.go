package generate

import (
	"slices"
	"sync"
)

// A cache holds the plans of the counties that towns were last asked of. A plan is
// made once while it is held, however many ask for it, and again when it is asked
// for later: it is the same.
type cache struct {
	make func(code string) (*county, error)

	mu   sync.Mutex
	held []cached // guarded by mu; the last asked for at the end
}

type cached struct {
	code string
	get  func() (*county, error)
}

// heldCounties is how many plans are held: workers are never further apart.
const heldCounties = 3

// get returns the plan of a county.
func (c *cache) get(code string) (*county, error) { return c.hold(code)() }

func (c *cache) hold(code string) func() (*county, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.held, func(h cached) bool { return h.code == code })
	h := cached{code, sync.OnceValues(func() (*county, error) { return c.make(code) })}
	if at >= 0 {
		h = c.held[at]
		c.held = slices.Delete(c.held, at, at+1)
	}
	c.held = append(c.held, h)
	if len(c.held) > heldCounties {
		c.held = slices.Delete(c.held, 0, 1)
	}
	return h.get
}
