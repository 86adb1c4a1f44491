package people

// VillageShare is how much of the city's living people live in villages. It follows from
// how many homes towns have there; TestTownsOfTheCityComeToTheRightSums holds it.
const VillageShare = 0.437

// Municipality returns the shares of the living by band of five years over the whole
// city (census of 2020: 15.9 % below 15, 21.9 % from 60 on; the trough at 60–64 is real).
func Municipality() []float64 {
	out := []float64{43, 57, 59, 55, 56, 59, 76, 62, 61, 85, 96, 72, 48, 64, 46, 31, 18, 12}
	for i := range out {
		out[i] /= 1000
	}
	return out
}

// Pyramid returns the shares that a kind of place aims at. Villages are older, for many of
// working age are away; the rest of the city is what makes up the municipality's with
// them.
func Pyramid(village bool) []float64 {
	const stay, old = 0.6, 0.30 // of those of 20–44, and from 60 on
	all, rural := Municipality(), Municipality()
	below, above := 0.0, 0.0
	for i := range rural {
		if i >= 4 && i <= 8 {
			rural[i] *= stay
		}
		if i < 12 {
			below += rural[i]
		} else {
			above += rural[i]
		}
	}
	for i := range rural {
		if i < 12 {
			rural[i] *= (1 - old) / below
		} else {
			rural[i] *= old / above
		}
	}
	if village {
		return rural
	}
	for i := range all {
		all[i] = (all[i] - VillageShare*rural[i]) / (1 - VillageShare)
	}
	return all
}

// Urban returns the census of streets and the cores of towns.
func Urban() *Census {
	return &Census{
		shares: []float64{8, 10, 14, 10, 15, 43}, vacant: 0.13, migrant: 0.33, branch: 0.5, poor: 0.025,
		accept: urbanReadiness(),
	}
}

// Rural returns the census of villages.
func Rural() *Census {
	return &Census{
		shares: []float64{14, 22, 3, 6, 13, 42}, vacant: 0.22, branch: 0.5, poor: 0.05,
		accept: ruralReadiness(), village: true,
	}
}

// The readiness tables were fitted to Pyramid: each band's readiness is multiplied by what
// is wanted over what comes out, until that is the same. TestAgesFollowThePyramid holds them.
func urbanReadiness() []float64 {
	return []float64{0.271, 0.948, 1, 0.456, 0.404, 0.119, 0.154, 0.073, 0.097, 0.164, 0.257, 0.244, 0.043, 0.237, 0.184, 0.134, 0.098, 0.073}
}

func ruralReadiness() []float64 {
	return []float64{0.420, 1, 0.868, 0.749, 0.063, 0.041, 0.159, 0.071, 0.037, 0.780, 0.909, 0.773, 0.184, 0.945, 0.744, 0.530, 0.324, 0.252}
}
