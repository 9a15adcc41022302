package optimize

import "testing"

// Every number of a problem counts when two are compared.
func TestProblemsAreEqualIfNothingDiffers(t *testing.T) {
	made := func() Problem {
		p := realistic(2, 2, 1, 50, 5)
		p.MinAccuracy, p.MinReplicas = []float64{0, 1}, []int{0, 2}
		p.Present = []FilledHosts{alone(p, 0, 1)}
		return p
	}
	if !made().Equal(made()) {
		t.Error("a problem is not equal to itself")
	}
	for name, change := range map[string]func(*Problem){
		"demand":         func(p *Problem) { p.Demand[1]++ },
		"models":         func(p *Problem) { p.Demand = p.Demand[:1] },
		"penalty":        func(p *Problem) { p.Penalty++ },
		"accuracy":       func(p *Problem) { p.AccuracyWeight++ },
		"budget":         func(p *Problem) { p.Budget++ },
		"floor":          func(p *Problem) { p.MinAccuracy[0]++ },
		"least replicas": func(p *Problem) { p.MinReplicas[0]++ },
		"price":          func(p *Problem) { p.Types[1].Price++ },
		"max":            func(p *Problem) { p.Types[1].Max++ },
		"min":            func(p *Problem) { p.Types[1].Min++ },
		"reserved":       func(p *Problem) { p.Types[1].Reserved++ },
		"rented":         func(p *Problem) { p.Types[1].Rented++ },
		"boot":           func(p *Problem) { p.Types[1].Switch++ },
		"host":           func(p *Problem) { p.Types[1].Host[0]++ },
		"devices":        func(p *Problem) { p.Types[1].Devices++ },
		"device":         func(p *Problem) { p.Types[0].Device[0]++ },
		"model":          func(p *Problem) { p.Configurations[1].Model++ },
		"type":           func(p *Problem) { p.Configurations[1].Type-- },
		"capacity":       func(p *Problem) { p.Configurations[1].Capacity++ },
		"need":           func(p *Problem) { p.Configurations[1].Host[0]++ },
		"device need":    func(p *Problem) { p.Configurations[0].Device[0]++ },
		"device number":  func(p *Problem) { p.Configurations[0].Devices++ },
		"its accuracy":   func(p *Problem) { p.Configurations[1].Accuracy++ },
		"present":        func(p *Problem) { p.Present[0].Count++ },
		"present loads":  func(p *Problem) { p.Present[0].Loads[0].Replicas++ },
		"load":           func(p *Problem) { p.Configurations[1].Switch++ },
	} {
		p := made()
		if change(&p); p.Equal(made()) {
			t.Errorf("%s: a change makes no difference", name)
		}
	}
}
