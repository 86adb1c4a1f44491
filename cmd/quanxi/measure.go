package main

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
)

// measure shows where the node stands, asked anew at each look.
func (n *node) measure() {
	gauge := func(name, help string, value func() float64) {
		n.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "quanxi_" + name, Help: help}, value))
	}
	gauge("ready", "1 if the World is loaded and follows the log.", func() float64 { return truth(n.status().Ready()) })
	if own := n.world.Snapshot().Own(); own != "" {
		n.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "quanxi_node_area", Help: "1: this node holds one area only.",
			ConstLabels: prometheus.Labels{"area": string(own)}}, func() float64 { return 1 }))
	}
	gauge("node_position", "Position of the log that the World shows.", func() float64 { return float64(n.feed.Status().Pos) })
	gauge("node_holes", "Times that changes were read from the log because the transport lost them.", func() float64 { return float64(n.feed.Status().Holes) })
	gauge("node_loads", "Times that everything was loaded.", func() float64 { return float64(n.feed.Status().Loads) })
	gauge("relay_holding", "1 if this node is the relay.", func() float64 { return truth(n.relay.Status().Holding) })
	gauge("relay_position", "Position that the relay published last.", func() float64 { return float64(n.relay.Status().Pos) })
	gauge("relay_lag", "Changes published that the World does not show yet.", func() float64 {
		return max(0, float64(n.relay.Status().Pos-n.feed.Status().Pos)) * truth(n.relay.Status().Holding)
	})
	gauge("feed_screens", "Open subscriptions.", func() float64 { return float64(n.hub.Stats().Subscribers) })
	gauge("feed_waiting", "Frames in all queues.", func() float64 { return float64(n.hub.Stats().Waiting) })
	gauge("feed_deepest_queue", "Frames in the fullest queue.", func() float64 { return float64(n.hub.Stats().Deepest) })
	gauge("feed_resyncs", "Subscriptions that were told to begin anew.", func() float64 { return float64(n.hub.Stats().Resyncs) })
	gauge("audit_sealed", "Row of the audit up to which it is sealed.", func() float64 { return float64(n.audit.Status().Last.Seq) })
	gauge("audit_unsealed", "1 if the audit cannot be sealed now.", func() float64 { return truth(n.audit.Status().Alarm != nil) })
	gauge("audit_alarm", "1 if the audit is not what was sealed, or the seals cannot be kept.", func() float64 {
		alarm := n.audit.Status().Alarm
		return truth(errors.Is(alarm, access.ErrTampered) || errors.Is(alarm, access.ErrSeals))
	})
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
