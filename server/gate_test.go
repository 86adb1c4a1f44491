package server

import (
	"net/netip"
	"testing"
	"time"

	"quanxi/access/signin"
)

// What the counting of one request costs, by account and address.
func BenchmarkGate(b *testing.B) {
	g := newGate(Rates{"read": 1e6, "address": 1e6}, signin.NewMeters(make([]byte, 16), time.Now))
	at := netip.MustParseAddr("2001:db8::7")
	b.ReportAllocs()
	for b.Loop() {
		g.admit(reads, "9007199254740991", at)
	}
}
