package outbound

import (
	"fmt"
	"net/netip"
	"strings"
)

// A List holds what may be reached although it is not public. The empty List is
// ready to use.
type List []entry

type entry struct {
	prefix netip.Prefix
	port   uint16 // zero for any
}

// ParseList reads addresses, address:port and prefixes, separated by spaces or
// commas: "127.0.0.1:8443, 10.20.0.0/16, [fd00::5]:443".
func ParseList(text string) (List, error) {
	var list List
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		e, err := parseEntry(word)
		if err != nil {
			return nil, fmt.Errorf("list of addresses: %.60q is no address, address:port or prefix", word)
		}
		list = append(list, e)
	}
	return list, nil
}

func parseEntry(word string) (entry, error) {
	if prefix, err := netip.ParsePrefix(word); err == nil {
		return entry{prefix: prefix.Masked()}, nil
	}
	if to, err := netip.ParseAddrPort(word); err == nil {
		return entry{only(to.Addr()), to.Port()}, nil
	}
	address, err := netip.ParseAddr(word)
	return entry{prefix: only(address)}, err
}

// only returns the prefix that holds one address.
func only(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	return netip.PrefixFrom(address, address.BitLen())
}

func (l List) holds(to netip.AddrPort) bool {
	for _, e := range l {
		if e.prefix.Contains(to.Addr()) && (e.port == 0 || e.port == to.Port()) {
			return true
		}
	}
	return false
}

// special holds what IANA sets aside besides loopback, private, link-local and
// multicast addresses, and what carries an IPv4 address inside, through which any
// of these could be reached.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carriers' and clouds' inner networks
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// isPublic reports whether an address, unmapped, is one of the public network.
func isPublic(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, prefix := range special {
		if prefix.Contains(a) {
			return false
		}
	}
	return true
}
