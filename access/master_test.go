package access_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"quanxi/access"
)

func TestManyAtOnceGetTheSameMasterKey(t *testing.T) {
	for range 20 {
		folder := filepath.Join(t.TempDir(), "new")
		var keys [8]access.MasterKey
		var wg sync.WaitGroup
		for i := range keys {
			wg.Go(func() {
				var err error
				if keys[i], err = access.MasterKeyFile(filepath.Join(folder, "master.key")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, key := range keys {
			if key != keys[0] || key == (access.MasterKey{}) {
				t.Fatal("not all have the same key")
			}
		}
		if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
			t.Errorf("%d files are left, %v; want the key alone", len(files), err)
		}
	}
}
