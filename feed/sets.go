package feed

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// ErrLayer reports a layer that there is not.
var ErrLayer = errors.New("no such layer")

// Sets numbers the sets of tile layers that are asked for. The numbers hold for
// one run of the server. There are no more sets than combinations of layers, so
// a client cannot make it grow without bound. It is safe for concurrent use.
type Sets struct {
	layers []string

	mu      sync.Mutex
	numbers map[string]uint16
	sets    [][]string // by number
}

// NewSets returns the sets of each single layer, numbered from 1 in that order.
// There are at most 15 layers.
func NewSets(layers []string) *Sets {
	s := &Sets{layers: slices.Clone(layers), numbers: make(map[string]uint16), sets: make([][]string, 1)}
	for _, layer := range layers {
		s.number([]string{layer})
	}
	return s
}

// Number returns the number of the set of layers joined by commas, in any order.
// The error wraps ErrLayer.
func (s *Sets) Number(layers string) (uint16, error) {
	asked := strings.Split(layers, ",")
	for _, layer := range asked {
		if !slices.Contains(s.layers, layer) {
			return 0, fmt.Errorf("%w: %.40q", ErrLayer, layer)
		}
	}
	set := make([]string, 0, len(asked))
	for _, layer := range s.layers {
		if slices.Contains(asked, layer) {
			set = append(set, layer)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.number(set), nil
}

// number returns the number of a set in the order of s.layers. The caller holds
// s.mu, or is the constructor.
func (s *Sets) number(set []string) uint16 {
	name := strings.Join(set, ",")
	if n, ok := s.numbers[name]; ok {
		return n
	}
	n := uint16(len(s.sets))
	s.numbers[name], s.sets = n, append(s.sets, set)
	return n
}

// Layers returns the layers of a set joined by commas, in the server's order.
func (s *Sets) Layers(number uint16) string {
	return strings.Join(s.of(number), ",")
}

// of returns the layers of a set; the caller does not change them.
func (s *Sets) of(number uint16) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int(number) >= len(s.sets) {
		return nil
	}
	return s.sets[number]
}

// Singles returns the number of each single layer.
func (s *Sets) Singles() map[string]uint16 {
	out := make(map[string]uint16, len(s.layers))
	for i, layer := range s.layers {
		out[layer] = uint16(i + 1)
	}
	return out
}
