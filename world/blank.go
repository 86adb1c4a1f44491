package world

// What the row of somebody is who was only referred to.
var (
	blankHousehold = householdRow{dwelling: none}
	blankPerson    = personRow{dwelling: none, next: none}
	blankThing     = thingRow{area: none, building: none, dwelling: none}
	blankWorker    = workerRow{area: none, next: none}
	blankEvent     = eventRow{area: none, building: none}
)

// emptied returns a function that leaves nothing of a row.
func emptied[R any](blank R) func(R) R { return func(R) R { return blank } }

// whole leaves all of a row.
func whole[R any](row R) R { return row }

// emptiedBuilding leaves what hangs on a building that is not there: it waits for the
// building to come.
func emptiedBuilding(row buildingRow) buildingRow {
	return buildingRow{area: none, steward: none, dwellings: row.dwellings, homes: row.homes}
}

// emptiedDwelling leaves what hangs on a dwelling that is not there.
func emptiedDwelling(row dwellingRow) dwellingRow {
	return dwellingRow{building: none, next: none, people: row.people, households: row.households}
}
