package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// profiles is a folder for what pprof reads; empty for none.
type profiles string

// heap writes what is in memory.
func (p profiles) heap(name string) error {
	if p == "" {
		return nil
	}
	file, err := os.Create(filepath.Join(string(p), name))
	if err != nil {
		return err
	}
	runtime.GC() // a profile is as of the last collection
	return errors.Join(pprof.WriteHeapProfile(file), file.Close())
}

// cpu writes where the time goes until the func is called.
func (p profiles) cpu(name string) (end func() error, err error) {
	if p == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(filepath.Join(string(p), name))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}
