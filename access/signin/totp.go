package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// What every authenticator program takes: RFC 6238 with SHA-1, six digits, half a
// minute. A code counts in its own step and the ones beside it, for clocks apart.
const (
	totpStep   = 30 * time.Second
	totpAround = 1
	totpBytes  = 20
)

func newTOTPSecret() []byte {
	secret := make([]byte, totpBytes)
	rand.Read(secret) // never fails: it ends the process instead
	return secret
}

// TOTPText returns a secret as people type it into an authenticator.
func TOTPText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// TOTPURI returns the otpauth URI of a secret, to be shown as a QR code. The error
// says that issuer, login or secret is empty.
func TOTPURI(issuer, login string, secret []byte) (string, error) {
	if len(secret) == 0 {
		return "", fmt.Errorf("otpauth: no secret")
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: login, Secret: secret})
	if err != nil {
		return "", fmt.Errorf("otpauth: %w", err)
	}
	return key.URL(), nil
}

// stepOf returns the step after last in which a code counts at a time, and false
// if there is none. It looks at all steps whatever it finds.
func stepOf(secret []byte, code string, at time.Time, last int64) (step int64, ok bool) {
	if len(secret) == 0 {
		return 0, false
	}
	now := at.Unix() / int64(totpStep/time.Second)
	for s := max(now-totpAround, last+1); s <= now+totpAround; s++ {
		want, err := hotp.GenerateCode(TOTPText(secret), uint64(s))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = s, true // the latest, so that no equal code remains
		}
	}
	return step, ok
}

// bare strips what people put into codes to read them better, and makes one
// writing of those that mean the same.
func bare(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(canonical(code)))
}
