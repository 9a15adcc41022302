package control

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// point gives a scaler the datapoint of a minute, and returns how many replicas it then wants.
func point(a *targetTracking, at float64, n int, s Signal, value float64) int {
	o := seen(at, n, map[Signal]float64{s: value})
	o.start = o.end.Add(-time.Minute)
	a.watch(o)
	return a.next(o)
}

// track gives a scaler the load of each minute, in units of one replica's capacity. It returns the
// minutes in which the number of replicas changes, each followed by the new number.
func track(a *targetTracking, n, minutes int, work func(minute int) float64) (path []int) {
	n = a.first(0, n)
	for minute := 1; minute <= minutes; minute++ {
		next := point(a, float64(60*minute), n, Load, work(minute)/float64(n))
		if next != n {
			path, n = append(path, minute, next), next
		}
	}
	return path
}

// TestTargetTrackingFollowsAStep: after three high minutes the number grows in proportion, to
// ⌈10·1.4/0.7⌉. After fifteen low minutes a tenth of the replicas is removed every five minutes.
func TestTargetTrackingFollowsAStep(t *testing.T) {
	o := DefaultTargetTrackingOptions()
	path := track(&targetTracking{TargetTrackingOptions: o, allowed: 1000}, 10, 60, func(minute int) float64 {
		switch {
		case minute <= 5:
			return 7
		case minute <= 20:
			return 14
		}
		return 11
	})
	// From minute 21 on, a load of 11 is 0.55 of 20 replicas, which is low. The fifteenth low
	// minute is
	//  35. With 18 replicas 0.611 is low, too. With 17 replicas 0.647 is not below 0.63.
	if want := []int{8, 20, 35, 18, 40, 17}; !slices.Equal(path, want) {
		t.Errorf("changes %v, want %v", path, want)
	}
}

// TestALargerAdditionCountsFromWhereTheFirstBegan: a second alarm comes during the cooldown of the
// first addition.
func TestALargerAdditionCountsFromWhereTheFirstBegan(t *testing.T) {
	a := &targetTracking{TargetTrackingOptions: DefaultTargetTrackingOptions(), allowed: 1000}
	a.first(0, 10)
	var path []int
	n := 10
	for minute, load := range []float64{1, 1, 1, 0.8, 1.4, 0.8} {
		if next := point(a, float64(60*minute+60), n, Load, load); next != n {
			path, n = append(path, next), next
		}
	}
	if want := []int{15, 20}; !slices.Equal(path, want) { // ⌈10·1/0.7⌉, ⌈10·1.4/0.7⌉
		t.Errorf("changes %v, want %v", path, want)
	}
}

func TestNothingIsTakenAwayWhereOneLessWouldBeTooFew(t *testing.T) {
	o := DefaultTargetTrackingOptions()
	path := track(&targetTracking{TargetTrackingOptions: o, allowed: 100}, 2, 60, func(int) float64 { return 0.9 })
	if len(path) > 0 { // 0.45 is low, but one replica would be at 0.9
		t.Errorf("changes %v, want none", path)
	}
}

func TestNothingIsTakenAwayWhileReplicasStart(t *testing.T) {
	a := &targetTracking{TargetTrackingOptions: DefaultTargetTrackingOptions(), allowed: 100}
	a.first(0, 10)
	for minute := 1; minute <= 40; minute++ {
		o := seen(float64(60*minute), 10, map[Signal]float64{Load: 0.1})
		o.start = o.end.Add(-time.Minute)
		a.watch(o)
		if minute < 30 {
			o.loading = 1
		}
		if n := a.next(o); (n < 10) != (minute >= 30) {
			t.Fatalf("minute %d: %d replicas", minute, n)
		} else if n < 10 {
			return
		}
	}
}

func TestATotalIsTrackedPerReplica(t *testing.T) {
	o := DefaultTargetTrackingOptions()
	o.MetricSpec, o.OutDatapoints = MetricSpec{Signal: Concurrency, Target: 4}, 1
	a := &targetTracking{TargetTrackingOptions: o, allowed: 100}
	a.first(0, 3)
	if n := point(a, 60, 3, Concurrency, 30); n != 8 {
		t.Errorf("3 → %d, want ⌈30/4⌉", n)
	}
}

func TestFaultsOfTheOtherScalersNameTheirParameter(t *testing.T) {
	track := func(change func(*TargetTrackingOptions)) error {
		o := DefaultTargetTrackingOptions()
		change(&o)
		_, err := NewTargetTracking(o)
		return err
	}
	pods := func(change func(*KPAOptions)) error {
		o := DefaultKPAOptions()
		change(&o)
		_, err := NewKPA(o)
		return err
	}
	events := func(change func(*KEDAOptions)) error {
		o := DefaultKEDAOptions()
		change(&o)
		_, err := NewKEDA(o)
		return err
	}
	_, length := NewQueueLength(QueueLengthOptions{Target: -1})
	_, clock := NewCron(CronOptions{Schedule: Schedule{Windows: []ScheduleWindow{{time.Hour, time.Hour, 1}}}})
	for want, err := range map[string]error{
		"metric.target: 0 is":                     track(func(o *TargetTrackingOptions) { o.Target = 0 }),
		"scale-in-threshold: 1.5 is outside":      track(func(o *TargetTrackingOptions) { o.InThreshold = 1.5 }),
		"scale-out-datapoints: 0 is outside":      track(func(o *TargetTrackingOptions) { o.OutDatapoints = 0 }),
		"min-replicas: 0 is outside":              track(func(o *TargetTrackingOptions) { o.MinReplicas = 0 }),
		"stable-window: 1s is outside":            pods(func(o *KPAOptions) { o.StableWindow = time.Second }),
		"max-scale-down-rate: 1 is not":           pods(func(o *KPAOptions) { o.MaxScaleDownRate = 1 }),
		"triggers: there is none":                 events(func(o *KEDAOptions) { o.Triggers = nil }),
		"triggers[0].activation: -1 is":           events(func(o *KEDAOptions) { o.Triggers[0].Activation = -1 }),
		"polling-interval: 0s is outside":         events(func(o *KEDAOptions) { o.Polling = 0 }),
		"target: -1 is not":                       length,
		"windows[0].to: 1h0m0s is not after from": clock,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestQueueLengthHoldsWhatWasAskedFor(t *testing.T) {
	q := &queueLength{QueueLengthOptions: DefaultQueueLengthOptions(), allowed: 20}
	n := q.first(0, 1)
	var path []int
	for at := 15.; at <= 900; at += 15 {
		waiting := map[bool]float64{true: 31, false: 0}[at <= 60]
		if next := q.next(seen(at, n, map[Signal]float64{Waiting: waiting})); next != n {
			path, n = append(path, int(at), next), next
		}
	}
	if want := []int{15, 7, 360, 1}; !slices.Equal(path, want) { // ⌈31/5⌉, until 60 s + 5 min
		t.Errorf("changes %v, want %v", path, want)
	}
}

func TestCronGoesByTheClock(t *testing.T) {
	c := cron{CronOptions{
		Schedule:     Schedule{Windows: []ScheduleWindow{{6 * time.Hour, 20 * time.Hour, 10}, {12 * time.Hour, 14 * time.Hour, 15}}, Every: 24 * time.Hour},
		ReplicaRange: ReplicaRange{MinReplicas: 2},
	}, 12}
	var got []int
	for _, hour := range []float64{5, 6, 13, 14, 20, 30, 44} {
		got = append(got, c.next(seen(3600*hour, 0, nil)))
	}
	if want := []int{2, 10, 12, 10, 2, 10, 2}; !slices.Equal(got, want) {
		t.Errorf("replicas %v, want %v", got, want)
	}
}
