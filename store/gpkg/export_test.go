package gpkg

import "quanxi/grid"

// Orphan makes a load look like that of a process that died.
func Orphan(l grid.Load) { l.(*load).end() }
