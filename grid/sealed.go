package grid

// A Sealed value is ciphertext. Only a Vault opens it; stores, the log and the
// feed carry it as it is.
type Sealed []byte

// An Identity is what is sealed of one person. It exists in memory only while a
// command is taken in or a permitted viewer is answered.
type Identity struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

// A SubjectKey is one data subject's key, wrapped by the vault's master key.
// Stores keep it beside the log, never in it: destroying it erases the subject
// everywhere at once.
type SubjectKey struct {
	Kind    Kind // People or Workers
	ID      int64
	Wrapped []byte
}

// Secrets are all that a store keeps of one data subject under the master key.
type Secrets struct {
	Kind Kind
	ID   int64
	Keys []LoadKey
	Rows []SecretRow // of all versions, also of those that nobody is shown
}

// A LoadKey is a wrapped key as a load brought it, or an ordinary write: 0.
type LoadKey struct {
	Load    int64
	Wrapped []byte
}

// A SecretRow is what is sealed in one version of a data subject. Its Identity is only
// read by Rekey.
type SecretRow struct {
	At                    int64 // which version: the store's own number
	Identity              Sealed
	IDDigest, PhoneDigest []byte
}

// Digests lists the columns that hold keyed digests. They are never in the log: who has
// the master key could guess the number of somebody erased from them.
func Digests() []string { return []string{"id_digest", "phone_digest"} }

// A Vault seals identities. access.Vault implements it.
type Vault interface {
	// Seal makes a new key for the subject and returns the sealed identity, the
	// wrapped key and keyed digests of the ID number and the phone (nil if empty).
	Seal(kind Kind, id int64, identity Identity) (Seal, error)
	// Reseal seals an identity under the subject's existing key.
	Reseal(key SubjectKey, identity Identity) (Seal, error)
	// Open returns the identity; an error if the key was destroyed or is not ours.
	Open(key SubjectKey, sealed Sealed) (Identity, error)
}

// A Seal is the outcome of sealing one identity.
type Seal struct {
	Identity    Sealed
	Key         SubjectKey
	IDDigest    []byte
	PhoneDigest []byte
}
