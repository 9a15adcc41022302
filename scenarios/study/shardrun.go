package study

import (
	"github.com/klauspost/compress/s2"

	"wavetank/metrics/rows"
	"wavetank/scenarios"
)

// ShardRun is a finished run with its names, as a shard holds it.
type ShardRun struct {
	Run   Run // its place in the study; Cell is −1 if it has none, as a run of a search
	Key   scenarios.Key
	Label scenarios.Label
	*scenarios.Finished
}

// PackRuns writes runs as bytes. The names of metrics come first, each once. Computing times are
// left out, so that equal runs are equal bytes. So is what only the detail Whole has.
func PackRuns(list []ShardRun) ([]byte, error) {
	var body writer
	body.count(len(list))
	for _, e := range list {
		body.count(e.Run.Cell + 1)
		body.count(e.Run.Policy)
		body.count(e.Run.Replication)
		body.count(int(body.number(name{e.Key.Scenario, e.Key.Policy})))
		body.word(e.Key.Seed)
		body.count(e.Key.Replication)
		body.count(int(body.number(name{e.Label.Scenario, e.Label.Policy})))
		body.count(int(min(e.Detail, scenarios.Summary)))
		body.count(len(e.Measures))
		for _, m := range e.Measures {
			body.count(int(body.number(name{m.Scope, m.Metric, m.Unit})))
			body.float(m.Value)
		}
		distributions, err := packDistributions(e.Distributions)
		if err != nil {
			return nil, err
		}
		body.blob(distributions)
	}
	return s2.Encode(nil, body.named()), nil
}

// UnpackRuns reads what PackRuns has written.
func UnpackRuns(data []byte) (list []ShardRun, err error) {
	packed, err := unpackEach(data)
	for err == nil && packed.left > 0 {
		var e ShardRun
		e, err = packed.next()
		list = append(list, e)
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// packedRuns reads runs one by one.
type packedRuns struct {
	*reader
	left int // runs
}

// unpackEach begins to read what PackRuns has written.
func unpackEach(data []byte) (packedRuns, error) {
	b, err := unpack(data)
	if err != nil {
		return packedRuns{}, err
	}
	r := readNamed(b)
	const least = 17 // bytes of a run
	p := packedRuns{r, r.length(least)}
	return p, r.ended(p.left == 0)
}

// next reads the next of the runs that are left.
func (p *packedRuns) next() (e ShardRun, err error) {
	r := p.reader
	p.left--
	e.Run = Run{Cell: int(r.count()) - 1, Policy: int(r.count()), Replication: int(r.count())}
	of := r.name()
	e.Key = scenarios.Key{Scenario: of[0], Policy: of[1], Seed: r.word(), Replication: int(r.count())}
	of = r.name()
	e.Label = scenarios.Label{Scenario: of[0], Policy: of[1]}
	e.Finished = &scenarios.Finished{Detail: scenarios.Detail(r.count())}
	n := r.length(9)
	e.Measures = make([]rows.Measurement, 0, n)
	for range n {
		of := r.name()
		e.Measures = append(e.Measures, rows.Measurement{Scope: of[0], Metric: of[1], Unit: of[2], Value: r.float()})
	}
	if e.Distributions, err = unpackDistributions(r.blob()); err != nil {
		return e, err
	}
	return e, r.ended(p.left == 0)
}
