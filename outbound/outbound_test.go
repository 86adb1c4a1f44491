package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, text string) List {
	t.Helper()
	list, err := ParseList(text)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatMayBeReached(t *testing.T) {
	const (
		nothing = ""
		some    = "127.0.0.1:8443, 10.20.0.0/16 [fd00::5]:443,192.168.7.7"
	)
	for _, tt := range []struct {
		name    string
		list    string
		network string
		address string
		want    bool
	}{
		{"a public address", nothing, "tcp4", "8.8.8.8:443", true},
		{"a public IPv6 address", nothing, "tcp6", "[2606:4700::1111]:443", true},
		{"loopback", nothing, "tcp4", "127.0.0.1:80", false},
		{"all of loopback", nothing, "tcp4", "127.9.9.9:80", false},
		{"loopback of IPv6", nothing, "tcp6", "[::1]:80", false},
		{"loopback written as IPv6", nothing, "tcp6", "[::ffff:127.0.0.1]:80", false},
		{"loopback behind NAT64", nothing, "tcp6", "[64:ff9b::7f00:1]:80", false},
		{"loopback behind 6to4", nothing, "tcp6", "[2002:7f00:1::]:80", false},
		{"loopback as IPv4 in IPv6 of old", nothing, "tcp6", "[::7f00:1]:80", false},
		{"no address at all", nothing, "tcp4", "0.0.0.0:80", false},
		{"a cloud's metadata", nothing, "tcp4", "169.254.169.254:80", false},
		{"a link-local address with its zone", nothing, "tcp6", "[fe80::1%eth0]:80", false},
		{"a private network", nothing, "tcp4", "10.1.2.3:80", false},
		{"another private network", nothing, "tcp4", "172.31.0.1:80", false},
		{"a private network of IPv6", nothing, "tcp6", "[fd00::5]:443", false},
		{"a carrier's inner network", nothing, "tcp4", "100.100.100.200:80", false},
		{"multicast", nothing, "tcp4", "224.0.0.1:80", false},
		{"broadcast", nothing, "tcp4", "255.255.255.255:80", false},
		{"this machine's public address", nothing, "tcp4", "9.9.9.9:80", false},
		{"its neighbour", nothing, "tcp4", "9.9.9.10:80", true},
		{"a listed port of loopback", some, "tcp4", "127.0.0.1:8443", true},
		{"the same written as IPv6", some, "tcp6", "[::ffff:127.0.0.1]:8443", true},
		{"another port of it", some, "tcp4", "127.0.0.1:6379", false},
		{"a listed network", some, "tcp4", "10.20.3.4:1", true},
		{"the network beside it", some, "tcp4", "10.21.3.4:1", false},
		{"a listed address", some, "tcp4", "192.168.7.7:9", true},
		{"a listed IPv6 address", some, "tcp6", "[fd00::5]:443", true},
		{"another protocol", some, "udp4", "8.8.8.8:53", false},
		{"a socket in the file system", some, "unix", "/run/docker.sock", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := NewDialer(parse(t, tt.list))
			d.own = func() ([]net.Addr, error) {
				return []net.Addr{&net.IPNet{IP: net.IPv4(9, 9, 9, 9), Mask: net.CIDRMask(24, 32)}}, nil
			}
			err := d.control(t.Context(), tt.network, tt.address, nil)
			if (err == nil) != tt.want || err != nil && !errors.Is(err, ErrDenied) {
				t.Errorf("control = %v", err)
			}
		})
	}
}

func TestNothingIsReachedIfOwnAddressesAreNotKnown(t *testing.T) {
	d := NewDialer(nil)
	d.own = func() ([]net.Addr, error) { return nil, errors.New("no interfaces") }
	if err := d.control(t.Context(), "tcp4", "8.8.8.8:443", nil); !errors.Is(err, ErrDenied) {
		t.Errorf("control = %v", err)
	}
}

func TestListsThatAreNone(t *testing.T) {
	for _, text := range []string{"localhost", "10.0.0.0/33", "127.0.0.1:99999", "10.0.0", "example.org:443", "10.0.0.1; 10.0.0.2"} {
		if list, err := ParseList(text); err == nil {
			t.Errorf("%q is read as %v", text, list)
		}
	}
}

func FuzzParseList(f *testing.F) {
	f.Add("127.0.0.1:8443, 10.20.0.0/16 [fd00::5]:443")
	f.Add("::ffff:1.2.3.4/100")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseList(text)
		if err == nil && strings.TrimLeft(text, " ,") == "" && len(list) > 0 {
			t.Errorf("%q lists %v", text, list)
		}
	})
}

// redirecting starts a server that redirects to its own secret.
func redirecting(t *testing.T) (*httptest.Server, string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/secret", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "secret") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret", http.StatusFound) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server, strings.TrimPrefix(server.URL, "http://")
}

func TestTheClientReachesWhatIsListedAndFollowsNothing(t *testing.T) {
	server, address := redirecting(t)
	client := NewDialer(parse(t, address)).Client(time.Minute)
	defer client.CloseIdleConnections()
	reply, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode != http.StatusFound || strings.Contains(string(body), "secret<") {
		t.Errorf("%s, %q, %v", reply.Status, body, err)
	}
}

func TestTheClientReachesNothingOfThisMachine(t *testing.T) {
	server, address := redirecting(t)
	client := NewDialer(nil).Client(time.Minute)
	port := address[strings.LastIndex(address, ":"):]
	for _, url := range []string{server.URL, "http://localhost" + port, "http://0.0.0.0" + port, "http://[::ffff:127.0.0.1]" + port} {
		reply, err := client.Get(url)
		if err == nil {
			reply.Body.Close()
		}
		if !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestAProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	transport := NewDialer(nil).Client(time.Minute).Transport.(*http.Transport)
	if transport.Proxy != nil {
		t.Error("a proxy connects in the dialer's place")
	}
}

func TestACancelledDialEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewDialer(nil).DialContext(ctx, "tcp", "8.8.8.8:443"); !errors.Is(err, context.Canceled) {
		t.Errorf("DialContext = %v", err)
	}
}

func BenchmarkControl(b *testing.B) {
	d := NewDialer(List{{netip.MustParsePrefix("10.20.0.0/16"), 0}})
	for b.Loop() {
		_ = d.control(b.Context(), "tcp4", "8.8.8.8:443", nil)
	}
}
