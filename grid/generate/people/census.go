package people

// Pyramid returns the shares of the living by band of five years that a kind of
// place aims at: the municipality's (census of 2020, the trough at 60–64 is
// real), bent for streets and villages.
func Pyramid(village bool) []float64 {
	base := []float64{43, 57, 59, 55, 56, 59, 76, 62, 61, 85, 96, 72, 48, 64, 46, 31, 18, 12}
	young, old := 1.25, 0.17
	if village {
		young, old = 0.6, 0.33
	}
	below, above := 0.0, 0.0
	for i := range base {
		if i >= 4 && i <= 8 {
			base[i] *= young
		}
		if i < 12 {
			below += base[i]
		} else {
			above += base[i]
		}
	}
	for i := range base {
		if i < 12 {
			base[i] *= (1 - old) / below
		} else {
			base[i] *= old / above
		}
	}
	return base
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

// The readiness tables were fitted to Pyramid; TestAgesFollowThePyramid holds them.
func urbanReadiness() []float64 {
	return []float64{0.363, 0.975, 1, 0.367, 0.282, 0.078, 0.113, 0.039, 0.062, 0.164, 0.245, 0.245, 0.103, 0.519, 0.420, 0.329, 0.231, 0.183}
}

func ruralReadiness() []float64 {
	return []float64{0.210, 0.463, 0.394, 0.280, 0.020, 0.021, 0.070, 0.020, 0.020, 0.340, 0.398, 0.357, 0.244, 1, 0.806, 0.563, 0.415, 0.294}
}
