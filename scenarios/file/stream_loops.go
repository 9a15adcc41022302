package file

import "wavetank/workload"

// Loops returns the feedback of every stage of a stream's pipeline. A stage without feedback has
// the zero value. If the feedback of a stage names a model that is in no stage up to this one, ok
// is false and missing is the number of the stage, from 0.
func (s *Stream) Loops() (list []workload.Feedback, missing int, ok bool) {
	for i := range s.Pipeline {
		f := s.Pipeline[i].Feedback
		if f == nil {
			list = append(list, workload.Feedback{})
			continue
		}
		from := i
		for f.From != "" && from >= 0 && !s.Pipeline[from].asks(f.From) {
			from--
		}
		if from < 0 {
			return nil, i, false
		}
		list = append(list, workload.Feedback{Chance: float64(f.Chance) / 100, From: from, MaxReturns: f.AtMost})
	}
	return list, 0, true
}

// Visits returns, for every stage of a stream's pipeline, the mean number of times that a request
// passes it, if the request is not answered before the last stage.
func (s *Stream) Visits() []float64 {
	loops, _, ok := s.Loops()
	visits, err := workload.Visits(loops)
	if !ok || err != nil { // Check reports the fault
		visits = make([]float64, len(s.Pipeline))
		for i := range visits {
			visits[i] = 1
		}
	}
	return visits
}
