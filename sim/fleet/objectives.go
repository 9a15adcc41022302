package fleet

import "time"

// Objectives are upper limits on the times of a request. 0 means no objective.
type Objectives struct {
	FirstToken time.Duration // from arrival to the first token of the answer
	// mean time per output token after the first
	PerToken time.Duration
	Latency  time.Duration // from arrival to finish
}

// Objectives returns the objectives of a model, without those of classes.
func (m *Model) Objectives() Objectives { return Objectives{m.FirstToken, m.PerToken, m.Target} }

// Objectives returns the objectives of a request. Each is that of its class, or of its model if the
// class has none. A branch of a pipeline has only a latency objective. It is negative, not 0, if no
// time is left.
func (c *Spec) Objectives(r *Request) Objectives {
	if r.Pipeline != 0 {
		left := c.Objective(r)
		if left == 0 {
			left = -1
		}
		return Objectives{Latency: left}
	}
	o := c.Models[r.Model].Objectives()
	if int(r.Class) < len(c.Classes) {
		class := &c.Classes[r.Class]
		o = Objectives{given(class.FirstToken, o.FirstToken), given(class.PerToken, o.PerToken), given(class.Target, o.Latency)}
	}
	return o
}

// Objective returns the latency objective of a request from its arrival: that of its class, or of
// its model if the class has none. For a branch of a pipeline it is the part of the pipeline's
// objective that is left when the branch arrives.
func (c *Spec) Objective(r *Request) time.Duration {
	if r.Pipeline == 0 && len(c.Classes) == 0 {
		return c.Models[r.Model].Target
	}
	return c.objective(r)
}

func (c *Spec) objective(r *Request) time.Duration {
	if r.Pipeline != 0 {
		return c.Pipelines[r.Pipeline-1].objective(c, r)
	}
	if int(r.Class) < len(c.Classes) && c.Classes[r.Class].Target > 0 {
		return c.Classes[r.Class].Target
	}
	return c.Models[r.Model].Target
}

// given returns the first duration unless it is 0.
func given(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// Met reports whether a request with these times meets all objectives. A request without tokens has
// a first token and a time per token of 0.
func (o Objectives) Met(firstToken, perToken, latency time.Duration) bool {
	within := func(took, most time.Duration) bool { return most == 0 || took <= most }
	return within(firstToken, o.FirstToken) && within(perToken, o.PerToken) && within(latency, o.Latency)
}

// Planned returns the longest latency that a request may have by its objectives. It is the latency
// objective. Without one, it is FirstToken + PerToken × (output − 1).
func (o Objectives) Planned(output int32) time.Duration {
	if o.Latency > 0 {
		return o.Latency
	}
	return o.FirstToken + time.Duration(max(output, 1)-1)*o.PerToken
}
