package server

import "testing"

func TestNegotiate(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"a client that says nothing gets plain bytes", "", ""},
		{"a browser gets the first that we offer", "gzip, deflate, br, zstd", "zstd"},
		{"an old client gets gzip", "gzip", "gzip"},
		{"a weight of zero refuses", "zstd;q=0, gzip", "gzip"},
		{"the client's weights decide", "zstd;q=0.2, gzip;q=0.8", "gzip"},
		{"a star stands for the rest", "*", "zstd"},
		{"a star does not overrule a refusal", "zstd;q=0, *", "gzip"},
		{"identity alone is plain", "identity", ""},
		{"nonsense weights refuse", "gzip;q=high", ""},
		{"names have no case", "GZIP", "gzip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := negotiate(tt.header, "zstd", "gzip"); got != tt.want {
				t.Errorf("negotiate(%q) = %q, want %q", tt.header, got, tt.want)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		name, header string
		want         bool
	}{
		{"no header matches nothing", "", false},
		{"the tag itself", `"abc"`, true},
		{"the tag of another coding of the same content", `"abc+gzip"`, true},
		{"a weak tag", `W/"abc"`, true},
		{"one of several", `"x", "abc"`, true},
		{"anything", "*", true},
		{"another content", `"abcd"`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := matches(tt.header, "abc"); got != tt.want {
				t.Errorf("matches(%q) = %v, want %v", tt.header, got, tt.want)
			}
		})
	}
}
