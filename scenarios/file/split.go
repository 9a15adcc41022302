package file

import (
	"fmt"
	"math"

	"wavetank/scenarios/strict"
)

// Split spreads a stream over several models.
type Split struct {
	Models []Portion `yaml:"models,required" doc:"the models, the most popular first when zipf is given"`
	Zipf   *float64  `yaml:"zipf,omitempty" doc:"exponent of Zipf's law: the share of rank r is proportional to r^-zipf"`
}

// Portion is one model of a split.
type Portion struct {
	Model string   `yaml:"model,required" doc:"a model"`
	Share *float64 `yaml:"share,omitempty" doc:"relative share of the requests"`
	SLO   *SLO     `yaml:"slo,omitempty" doc:"objective of this model, instead of the stream's"`
}

// Shares returns the share of each model in the requests of the stream. The shares add up to 1.
func (s *Split) Shares() []float64 {
	list, sum := make([]float64, len(s.Models)), 0.0
	for i, m := range s.Models {
		switch list[i] = 1; {
		case m.Share != nil:
			list[i] = *m.Share
		case s.Zipf != nil:
			list[i] = math.Pow(float64(i+1), -*s.Zipf)
		}
		sum += list[i]
	}
	for i := range list {
		list[i] /= sum
	}
	return list
}

// Check implements strict.Checker.
func (s *Split) Check(_ *strict.Node, report func(path, message string)) {
	if len(s.Models) == 0 {
		report("models", "the list is empty")
	}
	for i, m := range s.Models {
		if m.Share != nil && s.Zipf != nil {
			report(fmt.Sprintf("models[%d].share", i), "shares are given by zipf")
		}
		if m.Share != nil && !(*m.Share > 0) {
			report(fmt.Sprintf("models[%d].share", i), fmt.Sprintf("%v is not positive", *m.Share))
		}
	}
	if s.Zipf != nil && !(*s.Zipf >= 0 && *s.Zipf <= 20) {
		report("zipf", fmt.Sprintf("%v is outside 0 to 20", *s.Zipf))
	}
}
