from django.urls import path

from curation import views

app_name = "planet"
urlpatterns = [path("planet/", views.planet_page, name="planet")]
