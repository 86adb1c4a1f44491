package world

import (
	"quanxi/events"
	"quanxi/grid"
)

// A Subject is something that not everybody may know of everywhere.
type Subject uint8

// The subjects.
const (
	OfNumbers Subject = iota // of people and homes, by division
	OfHomes                  // single homes and the people in them
	OfCare                   // who of them is cared for, and the devices that hang in homes: most tell of that
	OfCameras
	OfStaff      // who works where, and where they are
	OfEvents     // those that are Ordinary
	OfCareEvents // those of events.Care

	subjects = iota
)

// Subjects lists every subject.
func Subjects() []Subject {
	all := make([]Subject, subjects)
	for i := range all {
		all[i] = Subject(i)
	}
	return all
}

// eventSubjects are the subjects of events, by privacy.
var eventSubjects = [events.Privacies]Subject{events.Ordinary: OfEvents, events.Care: OfCareEvents}

// SubjectOf returns the subject of events of a privacy.
func SubjectOf(p events.Privacy) Subject { return eventSubjects[p] }

// Scopes say where somebody may know of each subject. The zero Scopes hold nothing.
type Scopes [subjects]grid.Scope

// AllOf returns the Scopes that hold every subject in one scope.
func AllOf(scope grid.Scope) Scopes {
	var all Scopes
	for i := range all {
		all[i] = scope
	}
	return all
}

// subjectOf returns the subject of an entity of a sort that is not public.
func (s *state) subjectOf(it item) Subject {
	switch it.sort {
	case devices:
		return OfCare
	case cameras:
		return OfCameras
	case workers:
		return OfStaff
	case happenings:
		return eventSubjects[s.events.rows.at(it.slot).privacy]
	}
	return OfHomes
}

// A knower answers for one question what may be known where. It remembers its
// answers, since neighbours lie in the same few areas.
type knower struct {
	s      *state
	scopes *Scopes
	known  [subjects]map[uint32]bool
}

func (s *state) knower(scopes *Scopes) *knower { return &knower{s: s, scopes: scopes} }

// holds reports whether the scope of a subject holds an area.
func (k *knower) holds(of Subject, area uint32) bool {
	if k.scopes[of].IsEverywhere() {
		return true
	}
	held, ok := k.known[of][area]
	if !ok {
		if k.known[of] == nil {
			k.known[of] = make(map[uint32]bool)
		}
		held = k.scopes[of].Holds(k.s.code(area))
		k.known[of][area] = held
	}
	return held
}

// sees reports whether an entity may be known of.
func (k *knower) sees(it item) bool {
	return public(it.sort) || k.holds(k.s.subjectOf(it), k.s.areaOfItem(it.sort, it.slot))
}
