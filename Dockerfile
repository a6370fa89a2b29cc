# For those who run containers; the portal needs none (docs/operations.md).
FROM python:3.13-slim

# PDF draws with the fonts of the machine, and a slim image has none.
RUN apt-get update && \
    apt-get install -y --no-install-recommends fontconfig fonts-noto-cjk && \
    rm -rf /var/lib/apt/lists/*
# A number, so that folders of the host can be given to it and an orchestrator sees that it is not root.
RUN useradd --no-log-init --uid 10001 --create-home dxportal && \
    install -d -o 10001 -g 10001 -m 750 /var/lib/dxportal
WORKDIR /srv/dxportal
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.lock
COPY . .

# Static files belong to the image, not to the volume: there those of the first version would hide all later ones.
ENV DXPORTAL_VAR=/var/lib/dxportal DXPORTAL_STATIC=/srv/static XDG_CACHE_HOME=/tmp PYTHONUNBUFFERED=1
RUN DXPORTAL_SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built-000000 DXPORTAL_HOSTS=localhost \
    python manage.py collectstatic --noinput && \
    python -m compileall -q .
USER 10001
VOLUME /var/lib/dxportal
EXPOSE 8000
# /healthz answers before host names and https are looked at. Not by urllib: it would ask the proxy of the site.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-c", \
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=5); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "30", "dxportal.wsgi:application"]
