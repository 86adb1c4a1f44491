package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"slices"
)

const (
	recoveryCodes = 10
	recoveryBytes = 10 // 16 characters; 80 bits need no slow hash
)

// newRecovery returns codes to show once, and the digests of them to keep.
func newRecovery() (codes []string, digests [][]byte) {
	for range recoveryCodes {
		raw := make([]byte, recoveryBytes)
		rand.Read(raw) // never fails: it ends the process instead
		code := base32.StdEncoding.EncodeToString(raw)
		digest := sha256.Sum256([]byte(code))
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		digests = append(digests, digest[:])
	}
	return codes, digests
}

// without returns digests less that of a code, and whether it was among them.
func without(digests [][]byte, code string) ([][]byte, bool) {
	digest := sha256.Sum256([]byte(code))
	left := slices.DeleteFunc(slices.Clone(digests), func(d []byte) bool {
		return subtle.ConstantTimeCompare(d, digest[:]) == 1
	})
	return left, len(left) < len(digests)
}
