// Package signin holds what signing in is made of: passwords and what makes them
// guessable, second factors, sealed credentials, secrets that are shown once, and
// the counters that slow down who guesses.
//
// All of it is decided from what the caller hands in, clocks and keys included.
// The package does not know accounts, sessions, stores, HTTP, NATS or the master
// key; nothing in it is kept longer than the process. No error repeats a password,
// a code or a secret.
package signin
