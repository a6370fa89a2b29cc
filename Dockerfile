# For those who run containers; the portal needs none (docs/operations.md).
FROM python:3.13-slim

RUN useradd --system --uid 10001 --create-home dxportal
WORKDIR /srv/dxportal
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.lock
COPY . .

ENV DXPORTAL_VAR=/var/lib/dxportal PYTHONUNBUFFERED=1
RUN install -d -o dxportal /var/lib/dxportal && \
    DXPORTAL_SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built-000000 DXPORTAL_HOSTS=localhost \
    python manage.py collectstatic --noinput && chown -R dxportal /var/lib/dxportal
USER dxportal
VOLUME /var/lib/dxportal
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--respawn-failed-workers", "dxportal.wsgi:application"]
