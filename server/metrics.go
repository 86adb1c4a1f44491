package server

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts what the server does. Labels are routes and statuses, of which
// there are few; never paths or names.
type metrics struct {
	requests *prometheus.HistogramVec
	tiles    *prometheus.CounterVec
	identify prometheus.Histogram
	limited  *prometheus.CounterVec
}

var knownMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodOptions,
	http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "quanxi_http_request_seconds", Help: "Time to answer requests, by route.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}, []string{"route", "method", "status"}),
		tiles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quanxi_http_tiles_total", Help: "Tiles answered, by outcome.",
		}, []string{"outcome"}),
		identify: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "quanxi_identify_seconds", Help: "Time to find what lies at a point.",
			Buckets: prometheus.ExponentialBuckets(0.000001, 4, 9),
		}),
	}
	m.limited = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "quanxi_http_limited_total", Help: "Requests refused because they came too fast, by rate.",
	}, []string{"rate"})
	r.MustRegister(m.requests, m.tiles, m.identify, m.limited)
	return m
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	if !slices.Contains(knownMethods, method) {
		method = "other" // a client may send any word, and each would be kept for ever
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// MetricsHandler answers /metrics. It belongs on a loopback address of its own.
func MetricsHandler(g prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{}))
	return mux
}
