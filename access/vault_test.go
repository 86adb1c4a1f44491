package access_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quanxi/access"
	"quanxi/grid"
)

func masterKey(t testing.TB, digit string) access.MasterKey {
	t.Helper()
	key, err := access.ParseMasterKey(strings.Repeat(digit, 64))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var somebody = grid.Identity{Name: "欧阳小明", IDNumber: "500999199001011234", Phone: "19900001234"}

func TestVaultOpensWhatItSealed(t *testing.T) {
	vault := access.NewVault(masterKey(t, "1"))
	rapid.Check(t, func(t *rapid.T) {
		want := grid.Identity{
			Name:     rapid.String().Draw(t, "name"),
			IDNumber: rapid.StringMatching(`[0-9]{17}[0-9X]`).Draw(t, "id"),
			Phone:    rapid.StringMatching(`1[0-9]{10}`).Draw(t, "phone"),
		}
		seal, err := vault.Seal(grid.People, rapid.Int64Min(1).Draw(t, "subject"), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := vault.Open(seal.Key, seal.Identity)
		if err != nil || got != want {
			t.Fatalf("opened %v, %v; want %v", got, err, want)
		}
		if bytes.Contains(seal.Identity, []byte(want.IDNumber)) || bytes.Contains(seal.Key.Wrapped, []byte(want.IDNumber)) {
			t.Fatal("the number is to be read in the sealed identity")
		}
	})
}

func TestVaultRefuses(t *testing.T) {
	vault := access.NewVault(masterKey(t, "1"))
	seal, err := vault.Seal(grid.People, 7, somebody)
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.Seal(grid.People, 8, somebody)
	if err != nil {
		t.Fatal(err)
	}
	moved := seal.Key
	moved.ID = 8
	turned := bytes.Clone(seal.Identity)
	turned[len(turned)-1] ^= 1

	for _, tt := range []struct {
		name   string
		vault  *access.Vault
		key    grid.SubjectKey
		sealed grid.Sealed
	}{
		{"another subject's key", vault, other.Key, seal.Identity},
		{"a key put under another subject", vault, moved, seal.Identity},
		{"another subject's identity", vault, seal.Key, other.Identity},
		{"a destroyed key", vault, grid.SubjectKey{Kind: grid.People, ID: 7}, seal.Identity},
		{"a bit turned over", vault, seal.Key, turned},
		{"nothing sealed", vault, seal.Key, nil},
		{"another installation's vault", access.NewVault(masterKey(t, "2")), seal.Key, seal.Identity},
	} {
		t.Run(tt.name, func(t *testing.T) {
			identity, err := tt.vault.Open(tt.key, tt.sealed)
			if !errors.Is(err, access.ErrSealed) || identity != (grid.Identity{}) {
				t.Errorf("Open = %v, %v; want ErrSealed", identity, err)
			}
		})
	}
}

func TestVaultReseals(t *testing.T) {
	vault := access.NewVault(masterKey(t, "1"))
	first, err := vault.Seal(grid.Workers, 7, somebody)
	if err != nil {
		t.Fatal(err)
	}
	moved := somebody
	moved.Phone = "19900004321"
	second, err := vault.Reseal(first.Key, moved)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(second.Key.Wrapped, first.Key.Wrapped) {
		t.Error("the subject got another key, so that destroying the first would erase only half")
	}
	if got, err := vault.Open(first.Key, second.Identity); err != nil || got != moved {
		t.Errorf("Open = %v, %v; want %v", got, err, moved)
	}
}

func TestDigestsFindTheSameNumber(t *testing.T) {
	vault := access.NewVault(masterKey(t, "1"))
	if !bytes.Equal(vault.IDDigest(" 50099919900101123x"), vault.IDDigest("50099919900101123X")) {
		t.Error("an ID number written in another way is another number")
	}
	if !bytes.Equal(vault.PhoneDigest("199 0000-1234"), vault.PhoneDigest("19900001234")) {
		t.Error("a phone number written in another way is another number")
	}
	if bytes.Equal(vault.IDDigest("19900001234"), vault.PhoneDigest("19900001234")) {
		t.Error("digests of different fields can be compared")
	}
	if bytes.Equal(vault.PhoneDigest("19900001234"), access.NewVault(masterKey(t, "2")).PhoneDigest("19900001234")) {
		t.Error("digests of two installations can be compared")
	}
	if vault.IDDigest("") != nil || vault.PhoneDigest("-") != nil {
		t.Error("no number has a digest")
	}
}

func TestMasterKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "master")
	made, err := access.MasterKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := access.MasterKeyFile(path); err != nil || again != made {
		t.Errorf("the second start reads another key: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := access.MasterKeyFile(path); !errors.Is(err, access.ErrMasterKey) {
		t.Errorf("a key that others may read: %v, want ErrMasterKey", err)
	}
}

func TestParseMasterKeyRefusesWithoutRepeatingIt(t *testing.T) {
	for _, text := range []string{"", "secret", strings.Repeat("ab", 31), strings.Repeat("xy", 32)} {
		_, err := access.ParseMasterKey(text)
		if !errors.Is(err, access.ErrMasterKey) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("ParseMasterKey(%q) = %v", text, err)
		}
	}
}
