package signin_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"quanxi/access/signin"
)

// noon is the beginning of a step of half a minute.
var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// codeAt returns what an authenticator shows.
func codeAt(t *testing.T, secret []byte, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(signin.TOTPText(secret), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrolled returns a credential with a second factor, set up an hour before noon.
func enrolled(t *testing.T) (*signin.Credential, []string) {
	t.Helper()
	var c signin.Credential
	at := noon.Add(-time.Hour)
	recovery, err := c.Confirm(codeAt(t, c.Offer(), at), at)
	if err != nil {
		t.Fatal(err)
	}
	return &c, recovery
}

// TestCodesAreThoseOfTheRFC holds against RFC 6238, appendix B (its codes have
// eight digits; the last six are ours).
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	for unix, code := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		c := signin.Credential{TOTPSecret: []byte("12345678901234567890")}
		if err := c.Second(code, time.Unix(unix, 0)); err != nil {
			t.Errorf("at %d: %v", unix, err)
		}
	}
}

func TestSecondFactor(t *testing.T) {
	const step = 30 * time.Second
	for _, tt := range []struct {
		name  string
		shown time.Duration // when the authenticator showed the code, from noon
		typed time.Duration // when it arrives
		write func(code string) string
		want  error
	}{
		{"a code in its own half minute", 0, 29 * time.Second, nil, nil},
		{"a code typed slowly", 0, 59 * time.Second, nil, nil},
		{"a code typed too slowly", 0, 60 * time.Second, nil, signin.ErrCode},
		{"a code of a clock that is ahead", step, 0, nil, nil},
		{"a code of a clock that is far ahead", 2 * step, 0, nil, signin.ErrCode},
		{"a code with a gap", 0, 0, func(c string) string { return c[:3] + " " + c[3:] }, nil},
		{"a code in full-width digits", 0, 0, fullWidth, nil},
		{"a code without its last digit", 0, 0, func(c string) string { return c[:5] }, signin.ErrCode},
		{"a code and a digit more", 0, 0, func(c string) string { return c + "0" }, signin.ErrCode},
		{"no code", 0, 0, func(string) string { return "" }, signin.ErrCode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := enrolled(t)
			code := codeAt(t, c.TOTPSecret, noon.Add(tt.shown))
			if tt.write != nil {
				code = tt.write(code)
			}
			if err := c.Second(code, noon.Add(tt.typed)); !errors.Is(err, tt.want) {
				t.Fatalf("Second = %v, want %v", err, tt.want)
			}
			if err := c.Second(code, noon.Add(tt.typed)); !errors.Is(err, signin.ErrCode) {
				t.Errorf("the second time: %v", err)
			}
		})
	}
}

func fullWidth(code string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, code)
}

func TestACodeBeforeAUsedOneIsUsedUp(t *testing.T) {
	c, _ := enrolled(t)
	early, late := codeAt(t, c.TOTPSecret, noon), codeAt(t, c.TOTPSecret, noon.Add(30*time.Second))
	if err := c.Second(late, noon.Add(30*time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := c.Second(early, noon.Add(30*time.Second)); !errors.Is(err, signin.ErrCode) {
		t.Errorf("the earlier code: %v", err)
	}
}

func TestEachRecoveryCodeOpensOnce(t *testing.T) {
	c, codes := enrolled(t)
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	for i, code := range codes {
		if i%2 == 1 { // as people type them
			code = strings.ToLower(strings.ReplaceAll(code, "-", " "))
		}
		if err := c.Second(code, noon); err != nil {
			t.Fatalf("code %d: %v", i, err)
		}
		if err := c.Second(code, noon); !errors.Is(err, signin.ErrCode) {
			t.Fatalf("code %d again: %v", i, err)
		}
	}
	if len(c.Recovery) != 0 {
		t.Errorf("%d codes are left", len(c.Recovery))
	}
}

func TestASecondFactorIsInForceOnceConfirmed(t *testing.T) {
	c, oldCodes := enrolled(t)
	old, offered := c.TOTPSecret, c.Offer()
	if _, err := c.Confirm(codeAt(t, old, noon), noon); !errors.Is(err, signin.ErrCode) {
		t.Fatalf("confirmed by a code of the old one: %v", err)
	}
	if err := c.Second(codeAt(t, old, noon), noon); err != nil {
		t.Fatalf("the old one while the new one is offered: %v", err)
	}
	code := codeAt(t, offered, noon)
	codes, err := c.Confirm(code, noon)
	if err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	for name, used := range map[string]string{"the code that confirmed": code, "an old recovery code": oldCodes[0], "a code of the old one": codeAt(t, old, noon)} {
		if err := c.Second(used, noon); !errors.Is(err, signin.ErrCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Confirm(code, noon); !errors.Is(err, signin.ErrNothingOffered) {
		t.Errorf("confirmed twice: %v", err)
	}
}

func TestWithoutASecondFactorNoCodeIsRight(t *testing.T) {
	c, codes := enrolled(t)
	secret := c.TOTPSecret
	c.Offer()
	c.Drop()
	if c.HasSecond() || len(c.TOTPOffered) > 0 {
		t.Error("something is left")
	}
	for _, code := range []string{codeAt(t, secret, noon), codes[0], "", "000000"} {
		if err := c.Second(code, noon); !errors.Is(err, signin.ErrCode) {
			t.Errorf("a code is taken: %v", err)
		}
	}
}

func TestAnAuthenticatorReadsTheURI(t *testing.T) {
	secret := new(signin.Credential).Offer()
	text, err := signin.TOTPURI("全息 Quanxi", "zhang.wei+3@石井坡", secret)
	if err != nil {
		t.Fatal(err)
	}
	if uri, err := url.Parse(text); err != nil || uri.Scheme != "otpauth" || uri.Host != "totp" {
		t.Fatalf("%v, %v", uri, err)
	}
	key, err := otp.NewKeyFromURL(text)
	if err != nil {
		t.Fatal(err)
	}
	if key.Issuer() != "全息 Quanxi" || key.AccountName() != "zhang.wei+3@石井坡" || key.Secret() != signin.TOTPText(secret) {
		t.Errorf("issuer %q, account %q", key.Issuer(), key.AccountName())
	}
	for name, err := range map[string]error{"no issuer": second(signin.TOTPURI("", "a", secret)), "no login": second(signin.TOTPURI("a", "", secret)), "no secret": second(signin.TOTPURI("a", "b", nil))} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func second(_ string, err error) error { return err }
