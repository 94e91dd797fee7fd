from django.urls import path

from curation import capture_views, feeds, views

app_name = "planet"
urlpatterns = [
    path("planet/", views.planet_page, name="planet"),
    path("feeds/planet.atom", feeds.planet_atom, name="atom"),
    path("planet.opml", feeds.planet_opml, name="opml"),
    path("submit/", views.submit, name="submit"),
    path("submit/thanks/", views.thanks, name="thanks"),
    path("manifest.webmanifest", capture_views.manifest, name="manifest"),
]
