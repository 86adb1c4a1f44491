package grid

import "quanxi/geo"

// A Worker is one of the staff who answer for an area: 网格员, 网格长, 楼栋长 …
type Worker struct {
	Head
	Name     string // the public name of a post's holder
	Role     string // of WorkerRoles
	Area     Code   // the division the worker answers for
	Identity Sealed
	FullTime bool
}

// WorkerRoles lists the roles of workers, from the one nearest to the door.
func WorkerRoles() []string {
	return []string{
		"steward",         // 楼栋长
		"micro-grid-lead", // 微网格长
		"grid-worker",     // 网格员
		"grid-lead",       // 网格长
		"grid-guide",      // 网格指导员
		"grid-mentor",     // 网格导师
		"secretary",       // 村(社区)书记
		"town-duty",       // 镇街值班
	}
}

// Kind returns Workers.
func (*Worker) Kind() Kind { return Workers }

// Columns implements Entity.
func (w *Worker) Columns() []Column {
	return []Column{
		{"name", &w.Name}, {"role", &w.Role}, {"area", (*string)(&w.Area)},
		{"identity", (*[]byte)(&w.Identity)}, {"full_time", &w.FullTime},
	}
}

// Geometry returns nil: a worker moves, and positions travel on their own stream.
func (*Worker) Geometry() geo.Geometry { return nil }

// SetGeometry refuses anything but nil.
func (*Worker) SetGeometry(g geo.Geometry) error { return noGeometry(Workers, g) }

// Validate implements Entity.
func (w *Worker) Validate() error {
	if w.Name == "" {
		return invalid(Workers, "name", "must not be empty")
	}
	if !w.Area.Valid() {
		return invalid(Workers, "area", "must be the code of a division")
	}
	return oneOf(Workers, "role", w.Role, WorkerRoles())
}
