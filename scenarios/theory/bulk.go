package theory

import "math"

// BulkService is a server that serves batches. It takes all waiting customers up to a largest
// batch. If none waits, it takes the next customer that comes. The service time is exponential and
// does not depend on the size: M/M^[1,b]/1 (Bailey, 1954; Gross and Harris, 1974, 3.2).
type BulkService struct {
	Means
	Batch       float64 // mean size of a batch
	Utilisation float64
	Root        float64 // ratio r of the geometric number waiting while the server is busy
}

// NewBulkService solves the queue for the arrival rate lambda, the service rate mu of batches, and
// the largest batch b. The ratio r solves μr^{b+1} − (λ+μ)r + λ = 0, that is λ = μ(r + r² + … +
// r^b).
func NewBulkService(lambda, mu float64, largest int) (BulkService, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	c.count("bmax", largest, 1, mostStates)
	c.stable(lambda / mu / float64(largest))
	if err := c.err(); err != nil {
		return BulkService{}, err
	}
	// The unknown is 1−r, which stays precise in heavy traffic.
	spare := bisect(0, 1, func(spare float64) float64 {
		return lambda/mu - (1-spare)*-math.Expm1(float64(largest)*math.Log1p(-spare))/spare
	})
	r := 1 - spare
	first := 1 / (1/spare + mu/lambda) // probability that the server is busy and no customer waits
	waiting := first * r / (spare * spare)
	q := BulkService{Means: meansOf(lambda, waiting/lambda, 1/mu), Utilisation: first / spare, Root: r}
	q.Batch = lambda / (mu * q.Utilisation)
	return q, nil
}

func (q BulkService) quantities() []quantity {
	return with(q.Means.quantities(), plain("E[B] per batch", q.Batch), plain("server_util", q.Utilisation),
		plain("geometric_root_r (P(queue=n)~r^n)", q.Root))
}

// GroupArrivals is an M/M/1 queue whose customers come in groups, M^X/M/1 (Burke, 1975; Gross and
// Harris, 1974, 3.1). Times are those of single customers, not of groups.
type GroupArrivals struct {
	Means
	Rho float64
}

// NewBulkArrivals solves the queue for the rate of groups, the first two moments of their size, and
// the service rate.
func NewBulkArrivals(lambda, size, sizeSquare, mu float64) (GroupArrivals, error) {
	var c checks
	c.positive("lambda", lambda)
	c.positive("mu", mu)
	if !(size >= 1 && sizeSquare >= size*size*(1-1e-12)) || math.IsInf(sizeSquare, 0) {
		c.fault("no group has the moments %v and %v", size, sizeSquare)
	}
	rho := lambda * size / mu
	c.stable(rho)
	l := rho * (1 + sizeSquare/size) / (2 * (1 - rho))
	time := l / (lambda * size)
	return GroupArrivals{Means: meansOf(lambda*size, time-1/mu, 1/mu), Rho: rho}, c.err()
}

// NewFixedGroups solves the queue for groups of equal size.
func NewFixedGroups(lambda float64, size int, mu float64) (GroupArrivals, error) {
	n := float64(size)
	return NewBulkArrivals(lambda, n, n*n, mu)
}

// NewGeometricGroups solves the queue for groups of size X = 1, 2, … with P(X = n) = p(1−p)^{n−1}.
func NewGeometricGroups(lambda, p, mu float64) (GroupArrivals, error) {
	if !(p > 0 && p <= 1) {
		var c checks
		c.fault("p is %v, not in (0, 1]", p)
		return GroupArrivals{}, c.err()
	}
	return NewBulkArrivals(lambda, 1/p, (2-p)/(p*p), mu)
}

func (q GroupArrivals) quantities() []quantity {
	return with(q.Means.quantities(), plain("rho", q.Rho))
}
