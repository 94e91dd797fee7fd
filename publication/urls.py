from django.urls import path
from django.views.generic import RedirectView

from publication import views

app_name = "publication"
urlpatterns = [
    path("look.css", views.look, name="look"),
    path("icon.svg", views.icon, name="icon"),
    # Browsers ask for this name where a page, such as the admin's, names no icon.
    path("favicon.ico", RedirectView.as_view(pattern_name="publication:icon")),
    path("about/", views.about, name="about"),
]
