package file

import (
	"errors"

	"wavetank/scenarios/strict"
	"wavetank/workload/distribution"
)

// Service names a distribution of service times, with its parameters. The distribution has mean 1:
// a service time is the latency from the latency model times a draw.
type Service struct{ selection }

// Names implements strict.Selector.
func (*Service) Names() []string { return names(serviceKinds) }

// Params implements strict.Selector.
func (*Service) Params(name string) (any, bool) { return params(serviceKinds, name) }

// Check implements strict.Checker.
func (s *Service) Check(_ *strict.Node, report func(path, message string)) {
	if s.name == "" {
		return
	}
	_, err := s.Distribution()
	ReportFields(err, s.name, report)
}

// Distribution returns the chosen distribution. The error begins with the wrong parameter.
func (s *Service) Distribution() (distribution.Service, error) {
	switch p := s.params.(type) {
	case serviceParameters:
		return p.Distribution()
	case nil:
		if s.name == "exponential" {
			return distribution.Exponential(), nil
		}
	}
	return distribution.Deterministic(), nil
}

// serviceParameters are the parameters of a distribution of service times.
type serviceParameters interface {
	Distribution() (distribution.Service, error)
}

var serviceKinds = []kind{
	{"deterministic", nil},
	{"exponential", nil},
	{"erlang", func() any { return &ErlangService{} }},
	{"hyperexponential", func() any { return &HyperexponentialService{} }},
	{"lognormal", func() any { return &LognormalService{} }},
	{"gamma", func() any { return &GammaService{} }},
	{"uniform", func() any { return &UniformService{} }},
	{"bimodal", func() any { return &BimodalService{} }},
	{"empirical", func() any { return &EmpiricalService{} }},
}

// ErlangService is the sum of equal exponential stages.
type ErlangService struct {
	Stages int `yaml:"k,required" doc:"number of stages; the squared coefficient of variation is 1/k"`
}

// Distribution implements serviceParameters.
func (p *ErlangService) Distribution() (distribution.Service, error) {
	return distribution.Erlang(p.Stages)
}

// HyperexponentialService is a mixture of two exponentials with balanced means.
type HyperexponentialService struct {
	SCV float64 `yaml:"scv,required" doc:"squared coefficient of variation, at least 1"`
}

// Distribution implements serviceParameters.
func (p *HyperexponentialService) Distribution() (distribution.Service, error) {
	return distribution.Hyperexponential(p.SCV)
}

// LognormalService is a lognormal distribution.
type LognormalService struct {
	SCV float64 `yaml:"scv,required" doc:"squared coefficient of variation"`
}

// Distribution implements serviceParameters.
func (p *LognormalService) Distribution() (distribution.Service, error) {
	return distribution.Lognormal(p.SCV)
}

// GammaService is a gamma distribution.
type GammaService struct {
	SCV float64 `yaml:"scv,required" doc:"squared coefficient of variation"`
}

// Distribution implements serviceParameters.
func (p *GammaService) Distribution() (distribution.Service, error) {
	return distribution.Gamma(p.SCV)
}

// UniformService is a uniform distribution, scaled to mean 1.
type UniformService struct {
	Low  float64 `yaml:"low" doc:"lower end; only its ratio to high matters"`
	High float64 `yaml:"high,required" doc:"upper end"`
}

// Distribution implements serviceParameters.
func (p *UniformService) Distribution() (distribution.Service, error) {
	return distribution.Uniform(p.Low, p.High)
}

// BimodalService is a mixture of two constants, scaled to mean 1.
type BimodalService struct {
	Share float64 `yaml:"share,required" doc:"share of the long service times, in [0, 1]"`
	Ratio float64 `yaml:"ratio,omitempty" doc:"long service time as a multiple of the short one"`
	Low   float64 `yaml:"low,omitempty" doc:"short service time, with high instead of ratio"`
	High  float64 `yaml:"high,omitempty" doc:"long service time, with low instead of ratio"`
}

// EmpiricalService is an empirical distribution: measured values, scaled to mean 1.
type EmpiricalService struct {
	Values []float64 `yaml:"values,required" doc:"measured values, all equally likely"`
}

// Distribution implements serviceParameters.
func (p *EmpiricalService) Distribution() (distribution.Service, error) {
	return distribution.Empirical(p.Values)
}

// Distribution returns the distribution, from Ratio, or from Low and High.
func (p *BimodalService) Distribution() (distribution.Service, error) {
	ratio := p.Ratio
	switch {
	case p.Ratio != 0 && (p.Low != 0 || p.High != 0):
		return nil, errors.New("ratio: the distribution has either a ratio or the values low and high, not both")
	case p.Ratio == 0 && (!(p.Low > 0) || !(p.High > 0)):
		return nil, errors.New("ratio: the distribution needs a ratio, or two values low and high above 0")
	case p.Ratio == 0:
		ratio = p.High / p.Low
	}
	return distribution.Bimodal(p.Share, ratio)
}
