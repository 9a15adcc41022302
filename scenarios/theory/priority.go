package theory

import "fmt"

// PriorityClass is a stream of customers with an arrival rate and a service distribution. In a list
// of classes, the first has the highest priority.
type PriorityClass struct {
	Lambda  float64
	Service TimeDistribution
}

// Priority is an M/G/1 queue with priority classes. Each class is served first come first served
// (Cobham, 1954; Kleinrock, 1976, ch. 3).
type Priority struct {
	Classes      []Means
	FirstCome    float64 // mean wait of all customers without priorities
	Conservation float64 // Σ ρ_i Wq_i, which is equal for all orders without preemption
}

// load returns the load of the classes, and the mean residual service time that an arrival finds.
func load(c *checks, classes []PriorityClass) (rho, rest float64) {
	c.count("classes", len(classes), 1, mostStates)
	for i, class := range classes {
		c.positive(fmt.Sprintf("lambda of class %d", i+1), class.Lambda)
		if c.distribution(fmt.Sprintf("service of class %d", i+1), class.Service) {
			rho += class.Lambda * class.Service.Moment(1)
			rest += class.Lambda * class.Service.Moment(2) / 2
		}
	}
	c.stable(rho)
	return rho, rest
}

// NewNonPreemptive solves the queue in which no service is interrupted.
func NewNonPreemptive(classes ...PriorityClass) (Priority, error) {
	var c checks
	rho, rest := load(&c, classes)
	if err := c.err(); err != nil {
		return Priority{}, err
	}
	q := Priority{FirstCome: rest / (1 - rho)}
	spare := 1.0
	for _, class := range classes {
		own := class.Lambda * class.Service.Moment(1)
		wait := rest / (spare * (spare - own))
		spare -= own
		q.Classes = append(q.Classes, meansOf(class.Lambda, wait, class.Service.Moment(1)))
		q.Conservation += own * wait
	}
	return q, nil
}

// NewPreemptive solves the queue in which an arrival interrupts the service of lower classes, which
// resume later. The interruptions count as waiting.
func NewPreemptive(classes ...PriorityClass) (Priority, error) {
	var c checks
	rho, all := load(&c, classes)
	if err := c.err(); err != nil {
		return Priority{}, err
	}
	q := Priority{FirstCome: all / (1 - rho)}
	spare, rest := 1.0, 0.0
	for _, class := range classes {
		mean := class.Service.Moment(1)
		own := class.Lambda * mean
		rest += class.Lambda * class.Service.Moment(2) / 2
		time := mean/spare + rest/(spare*(spare-own))
		spare -= own
		q.Classes = append(q.Classes, meansOf(class.Lambda, time-mean, mean))
		q.Conservation += own * (time - mean)
	}
	return q, nil
}

func (q Priority) quantities() []quantity {
	list := []quantity{plain("FCFS_Wq", q.FirstCome), plain("conservation sum rho_i*Wq_i", q.Conservation)}
	for i, m := range q.Classes {
		for _, one := range m.quantities() {
			list = append(list, quantity{fmt.Sprint(one.name, i+1), one.of})
		}
	}
	return list
}

// readClasses reads lam1, lam2, … and mu1, mu2, …
func readClasses(r *reader) []PriorityClass {
	rates, services := r.numbered("lam"), r.numbered("mu")
	if len(rates) != len(services) {
		r.fault("%d arrival rates for %d service rates", len(rates), len(services))
		return nil
	}
	classes := make([]PriorityClass, len(rates))
	for i, mu := range services {
		distribution, err := Exponential(1 / mu)
		if err != nil {
			r.fault("mu%d: %w", i+1, err)
		}
		classes[i] = PriorityClass{Lambda: rates[i], Service: distribution}
	}
	return classes
}
