package workload

import "wavetank/sim/fleet"

// Sent returns src with a client on its requests. It answers as src does: a source whose senders
// wait for answers stays one.
func Sent(src Source, by fleet.ClientID) Source {
	switch s := src.(type) {
	case withholding:
		return &sentWithheld{s, by}
	case ResponsiveSource:
		return &sentResponsive{s, by}
	}
	return &sent{src, by}
}

type sent struct {
	Source
	by fleet.ClientID
}

func (s *sent) Next(r *fleet.Request) bool {
	ok := s.Source.Next(r)
	r.Client = s.by
	return ok
}

type sentResponsive struct {
	ResponsiveSource
	by fleet.ClientID
}

func (s *sentResponsive) Next(r *fleet.Request) bool {
	ok := s.ResponsiveSource.Next(r)
	r.Client = s.by
	return ok
}

type sentWithheld struct {
	withholding
	by fleet.ClientID
}

func (s *sentWithheld) Next(r *fleet.Request) bool {
	ok := s.withholding.Next(r)
	r.Client = s.by
	return ok
}
