package theory

import (
	"math"
)

// MG1 is one server with Poisson arrivals and any service distribution, first come first served
// (Pollaczek, 1930; Khinchine, 1932; variance by Takács, 1962).
type MG1 struct {
	Means
	Rho         float64
	VarWq, VarW float64
	ServiceSCV  float64 // squared coefficient of variation of the service
}

// NewMG1 solves the queue for the arrival rate lambda and a service distribution.
func NewMG1(lambda float64, service TimeDistribution) (MG1, error) {
	var c checks
	c.positive("lambda", lambda)
	if !c.distribution("service", service) {
		return MG1{}, c.err()
	}
	rho := lambda * service.Moment(1)
	c.stable(rho)
	wait := lambda * service.Moment(2) / (2 * (1 - rho))
	varWq := wait*wait + lambda*service.Moment(3)/(3*(1-rho))
	return MG1{
		Means: meansOf(lambda, wait, service.Moment(1)), Rho: rho,
		VarWq: varWq, VarW: varWq + variance(service), ServiceSCV: scv(service),
	}, c.err()
}

func (q MG1) quantities() []quantity {
	return with(q.Means.quantities(),
		plain("rho", q.Rho), plain("VarWq", q.VarWq), plain("VarW", q.VarW),
		plain("P(wait)", q.Rho), plain("P0", 1-q.Rho), plain("service_scv", q.ServiceSCV),
	)
}

// readMG1 reads the service distribution from the name of the family. Parameters may repeat values
// that follow from it.
func readMG1(r *reader) ([]quantity, error) {
	mean := math.NaN()
	if r.has("mean") {
		mean = r.number("mean")
	}
	service, err := ParseDistribution(r.variant, mean)
	lambda := r.number("lam")
	if err != nil {
		r.used["mean"], r.used["p1"], r.used["sigma2"], r.used["k"] = true, true, true, true
		r.fault("%w", err)
		return nil, err
	}
	r.agrees("mean", service.Moment(1))
	switch distribution := service.(type) {
	case hyperexponential:
		r.agrees("p1", distribution.p1)
	case lognormal:
		r.agrees("sigma2", distribution.sigma2)
	case gamma:
		r.agrees("k", distribution.shape)
	}
	return solved(NewMG1(lambda, service))
}

// Vacations is one server that takes a vacation whenever no customer is there. If still no customer
// is there when it returns, it takes another one.
type Vacations struct {
	Means
	Rho float64
}

// NewVacations solves M/G/1 with multiple vacations. The mean wait is that of M/G/1 plus the mean
// residual time of a vacation (Levy and Yechiali, 1975; Fuhrmann and Cooper, 1985).
func NewVacations(lambda float64, service, vacation TimeDistribution) (Vacations, error) {
	var c checks
	if !c.distribution("vacation", vacation) {
		return Vacations{}, c.err()
	}
	q, err := NewMG1(lambda, service)
	if err != nil {
		return Vacations{}, err
	}
	wait := q.Wq + vacation.Moment(2)/(2*vacation.Moment(1))
	return Vacations{Means: meansOf(lambda, wait, service.Moment(1)), Rho: q.Rho}, c.err()
}

func (q Vacations) quantities() []quantity { return with(q.Means.quantities(), plain("rho", q.Rho)) }

func readVacations(r *reader) ([]quantity, error) {
	lambda := r.number("lam")
	service, vacation := r.distribution("S", math.NaN()), r.distribution("V", math.NaN())
	if service == nil || vacation == nil {
		return nil, r.err()
	}
	return solved(NewVacations(lambda, service, vacation))
}

// Breakdowns is an M/M/1 queue whose server fails and is repaired after exponential times, whether
// it is busy or idle. Interrupted work is resumed (White and Christie, 1958).
type Breakdowns struct {
	L, W         float64
	Availability float64 // share of the time in which the server is up
	Load         float64 // λ / (μ · availability)
}

// NewBreakdowns solves the queue for the arrival rate lambda, the service rate mu, and the rates of
// failure and repair.
func NewBreakdowns(lambda, mu, fail, repair float64) (Breakdowns, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	c.notNegative("fail", fail)
	c.positive("repair", repair)
	both := repair + fail
	up := repair / both
	c.stable(lambda / (mu * up))
	w := (both*both + mu*fail) / (both * (repair*mu - lambda*both))
	return Breakdowns{L: lambda * w, W: w, Availability: up, Load: lambda / (mu * up)}, c.err()
}

func (q Breakdowns) quantities() []quantity {
	return []quantity{plain("availability", q.Availability), plain("L", q.L), plain("W", q.W), plain("rho_eff", q.Load)}
}
