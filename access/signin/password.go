package signin

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
)

const (
	minCharacters = 10
	maxBytes      = 256
	// minDistinct keeps out rows of one character, which zxcvbn sees in ASCII only.
	minDistinct = 5
	// minGuesses is what a password must be worth: with the default hash that is a
	// year of one core for one account, once a thief has key and hashes.
	minGuesses = 1e9
	// judgedBytes is how much of a password is judged. Judging takes the cube of
	// the length, and what is strong so far stays so.
	judgedBytes = 48
)

// ErrUnfit is wrapped by every refusal of a new password.
var ErrUnfit = errors.New("choose another password")

// A Reason says why a new password is refused, in words that programs read.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	TooLong   Reason = "too-long"
	NotText   Reason = "not-text"
	TooShort  Reason = "too-short"
	Guessable Reason = "guessable"
)

// An Unfit is the refusal of a new password. Its text says what to do and does
// not hold the password.
type Unfit struct{ Reason Reason }

// Error implements error.
func (u *Unfit) Error() string { return ErrUnfit.Error() + ": " + u.Advice() }

// Unwrap returns ErrUnfit.
func (*Unfit) Unwrap() error { return ErrUnfit }

// Advice says what to do, as part of a sentence.
func (u *Unfit) Advice() string {
	switch u.Reason {
	case NotText:
		return "use characters that can be typed"
	case TooShort:
		return "use at least 10 characters; four words that have nothing to do with each other are easy to keep in mind"
	case TooLong:
		return "use at most 256 bytes"
	}
	return "it is easily guessed; leave out names, dates, numbers that others know and rows of keys, or add words that have nothing to do with each other"
}

// CheckPassword returns nil if a password may be chosen, else an *Unfit. Personal
// is what others know of the person: login, name, place. Any characters may be
// used. It takes up to some milliseconds and asks nobody.
func CheckPassword(password string, personal ...string) error {
	if len(password) > maxBytes {
		return &Unfit{TooLong}
	}
	plain := canonical(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(plain, unicode.IsControl):
		return &Unfit{NotText}
	case utf8.RuneCountInString(plain) < minCharacters:
		return &Unfit{TooShort}
	case distinct(plain) < minDistinct || guesses(plain, personal) < minGuesses:
		return &Unfit{Guessable}
	}
	return nil
}

func distinct(text string) int {
	seen := make(map[rune]struct{})
	for _, r := range text {
		seen[r] = struct{}{}
	}
	return len(seen)
}

// guesses estimates how many others are tried before this one. Characters count
// as the letters that they are typed by, on which all the lists work.
func guesses(password string, personal []string) float64 {
	letters := spell(password)
	letters = unrepeated(strings.ToValidUTF8(letters[:min(len(letters), judgedBytes)], ""))
	known := make([]string, 0, len(commonWords())+8)
	for _, text := range slices.Concat(personal, []string{"quanxi"}) {
		known = append(known, words(spell(text))...)
	}
	known = append(known, numbers.FindAllString(letters, -1)...)
	return zxcvbn.PasswordStrength(letters, append(known, commonWords()...)).Guesses
}
