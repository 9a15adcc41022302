package workload

import "wavetank/sim/fleet"

// Sender says who sends the requests of a stream.
type Sender struct {
	Client fleet.ClientID // 0: none
	Zone   fleet.ZoneID   // where the senders are; 0: in no zone
}

// sign sets the sender of a request.
func (s Sender) sign(r *fleet.Request) { r.Client, r.Zone = s.Client, s.Zone }

// Sent returns src with a sender on its requests. It answers as src does: a source whose senders
// wait for answers stays one.
func Sent(src Source, by Sender) Source {
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
	by Sender
}

func (s *sent) Next(r *fleet.Request) bool {
	ok := s.Source.Next(r)
	s.by.sign(r)
	return ok
}

type sentResponsive struct {
	ResponsiveSource
	by Sender
}

func (s *sentResponsive) Next(r *fleet.Request) bool {
	ok := s.ResponsiveSource.Next(r)
	s.by.sign(r)
	return ok
}

type sentWithheld struct {
	withholding
	by Sender
}

func (s *sentWithheld) Next(r *fleet.Request) bool {
	ok := s.withholding.Next(r)
	s.by.sign(r)
	return ok
}
